namespace AksArcJit.Lifecycle.Tickets;

/// <summary>
/// The event that told of a ticket. Source and id together name one event and no other (CloudEvents 1.0, section "id"), so that the same
/// one delivered again is recognised by the fact it left.
/// </summary>
public sealed record SourceEvent(string Source, string Id);
