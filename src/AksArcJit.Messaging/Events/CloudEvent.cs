using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Messaging.Events;

/// <summary>A CloudEvent 1.0 with the attributes that are read here.</summary>
/// <param name="Time">As the source says; it decides nothing.</param>
/// <param name="Data">JSON text, not yet parsed.</param>
internal sealed record CloudEvent(string Id, string Source, string Type, DateTimeOffset? Time, ReadOnlyMemory<byte> Data);

/// <summary>What could be made of something that arrived.</summary>
internal abstract record Parsed<T>
{
    private Parsed() { }

    public sealed record Of(T Value) : Parsed<T>;

    public sealed record Bad(Unreadable Unreadable) : Parsed<T>;

    /// <summary>Reads on where there was something to read.</summary>
    public Parsed<TNext> Then<TNext>(Func<T, Parsed<TNext>> read) => this switch
    {
        Of of => read(of.Value),
        Bad bad => bad.Unreadable,
        _ => throw new InvalidOperationException(GetType().Name),
    };

    public static implicit operator Parsed<T>(T value) => new Of(value);

    public static implicit operator Parsed<T>(Unreadable unreadable) => new Bad(unreadable);
}

/// <summary>Why an event cannot be read. It never can: it is dead-lettered, or refused where it came over HTTP.</summary>
/// <param name="Reason">A stable word in kebab case, the dead-letter reason and a metric's tag.</param>
/// <param name="Detail">One sentence for the operator.</param>
internal sealed record Unreadable(string Reason, string Detail)
{
    /// <summary>Which event it was; null where that could not be read either.</summary>
    public SourceEvent? Event { get; init; }

    public const string TooLarge = "too-large";
    public const string NotACloudEvent = "not-a-cloud-event";
    public const string UnknownVersion = "unknown-version";
    public const string UnknownType = "unknown-type";
    public const string BadAttribute = "bad-attribute";
    public const string BadData = "bad-data";

    /// <summary>A fault of ours, not of who sent it.</summary>
    public const string Unforeseen = "unforeseen";
}
