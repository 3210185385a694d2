using System.Collections.Concurrent;

namespace AksArcJit.Broker.Checkpoints;

/// <summary>
/// Whether the journal is the one that its checkpoints speak of. Once something contradicts it (an anchor is ahead of the store, a
/// checkpoint is not the one that was anchored), nothing more is granted and no checkpoint is made until somebody has looked and the
/// process starts anew; what stands is still ended on time. Until every anchor was compared, nothing is granted either.
/// </summary>
public sealed class JournalStanding
{
    private readonly ConcurrentDictionary<string, bool> _uncompared = new();

    /// <summary>One sentence; null where nothing speaks against the journal.</summary>
    public string? Objection { get; private set; }

    /// <summary>The first anchor that was not compared with the store since the start; null where all were.</summary>
    public string? Uncompared => _uncompared.Keys.Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Why nothing is granted, one sentence; null where the journal is to be relied on.</summary>
    public string? Hindrance => Objection
        ?? (Uncompared is { } anchor ? $"Anchor {anchor} has not answered since the start, so the journal was not compared with it." : null);

    /// <returns>True for the first objection.</returns>
    public bool Object(string objection)
    {
        if (Objection is not null)
            return false;
        Objection = objection;
        return true;
    }

    public void Await(string anchor) => _uncompared[anchor] = true;

    /// <summary>Whether it contradicts the store is told by an objection, before.</summary>
    public void Compared(string anchor) => _uncompared.TryRemove(anchor, out _);
}
