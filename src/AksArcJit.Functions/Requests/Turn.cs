namespace AksArcJit.Functions.Requests;

/// <summary>What an activity tells the orchestration to do next. Stands in histories: what has been released is read for ever.</summary>
/// <param name="Step">The activity to call next; null for a look.</param>
/// <param name="Until">UTC; null for at once.</param>
/// <param name="IsOver">Nothing is left to do.</param>
public sealed record Turn(string? Step, DateTime? Until, bool IsOver = false);
