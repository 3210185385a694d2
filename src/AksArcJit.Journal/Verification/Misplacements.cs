namespace AksArcJit.Journal.Verification;

/// <summary>
/// Rows whose content is not what their place was sealed with. Two that fit each other's places were exchanged; all others were edited.
/// Only the first thousand are kept and compared (64 MiB at most); those beyond are reported as edited.
/// </summary>
internal sealed class Misplacements(Action<Damage> found)
{
    private const int Most = 1000;
    private const long MostBytes = 64 * 1024 * 1024;

    private readonly List<Misplaced> _kept = [];
    private long _bytes;

    public void Add(Misplaced row)
    {
        if (_kept.Count < Most && (_bytes += row.Content.Payload.Length) <= MostBytes)
            _kept.Add(row);
        else
            found(row.AsEdited);
    }

    public void Finish()
    {
        foreach (var row in _kept)
            found(_kept.FirstOrDefault(other => other.Content.Stream != row.Content.Stream && (row.IsAtHome(other.Content) || other.IsAtHome(row.Content))) is { } with
                ? new Damage.RowSwapped(row.Content.Stream, row.Version, with.Content.Stream, with.Version)
                : row.AsEdited);
    }
}

/// <param name="Version">Of the place.</param>
/// <param name="PreviousHash">Of the row before that place.</param>
/// <param name="Hash">What the place was sealed with, where it is known.</param>
internal sealed record Misplaced(long Version, string PreviousHash, string? Hash, FactRecord Content, Damage AsEdited)
{
    /// <summary>The content was sealed for this place.</summary>
    public bool IsAtHome(FactRecord content)
    {
        var hash = HashChain.Hash(PreviousHash, Content.Stream, Version, content.FactId, content.Kind, content.At, content.Payload.Span);
        return hash == Hash || (hash == content.Hash && hash != Content.Hash);
    }
}
