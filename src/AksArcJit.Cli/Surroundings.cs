namespace AksArcJit.Cli;

/// <summary>What a command line runs in, so that a test can be it.</summary>
/// <param name="Out">What was asked for, as text.</param>
/// <param name="Error">What went wrong, and hints.</param>
/// <param name="Bytes">The same place as <paramref name="Out"/>, for exports.</param>
/// <param name="Variable">An environment variable; null where it is not set.</param>
public sealed record Surroundings(TextWriter Out, TextWriter Error, Stream Bytes, Func<string, string?> Variable);
