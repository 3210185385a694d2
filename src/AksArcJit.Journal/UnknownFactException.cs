namespace AksArcJit.Journal;

/// <summary>A fact of a kind that this program does not know: written by a newer version, which is no damage.</summary>
public sealed class UnknownFactException(string kind)
    : Exception($"Facts of kind '{kind}' are not known to this version; they were written by a newer one.")
{
    public string Kind { get; } = kind;
}
