using AksArcJit.Lifecycle;

namespace AksArcJit.Messaging.Events;

/// <summary>What became of an event. All of them are final: whoever brought it may settle it.</summary>
internal abstract record EventOutcome
{
    private EventOutcome() { }

    /// <summary>Journaled, now or before.</summary>
    public sealed record Heard : EventOutcome;

    /// <summary>By rule: a later event is known. It is completed, not dead-lettered.</summary>
    public sealed record Ignored(Refusal Refusal) : EventOutcome;

    /// <summary>An operator must look: it cannot be read, or tells what must not be.</summary>
    public sealed record DeadLettered(Unreadable Why) : EventOutcome;
}
