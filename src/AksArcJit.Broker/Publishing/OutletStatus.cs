namespace AksArcJit.Broker.Publishing;

/// <summary>How it goes with an outlet, for those who watch the broker.</summary>
/// <param name="Fault">Why the last try was not taken; null where it was, or nothing was tried.</param>
/// <param name="LastPublishedAt">UTC; null before the first since the start.</param>
/// <param name="Lag">The age of the oldest fact that waits; zero where none does.</param>
/// <param name="Waiting">Streams with facts that wait.</param>
public sealed record OutletStatus(string Name, string? Fault, DateTimeOffset? LastPublishedAt, TimeSpan Lag, int Waiting);
