namespace AksArcJit.Cli;

/// <summary>Why a command cannot do its work: told without a stack trace.</summary>
/// <param name="message">A sentence.</param>
/// <param name="remedy">What to do, a sentence.</param>
public sealed class CommandFailedException(string message, string remedy, Exception? inner = null) : Exception(message, inner)
{
    public string Remedy { get; } = remedy;
}
