using AksArcJit.Lifecycle;

namespace AksArcJit.Broker.Tickets;

/// <summary>
/// Tickets as last read or appended, so that the next event on one costs no reading of its whole chain. Never the last word: an append at its
/// version, or a look at what the chain holds since, decides whether it still stands.
/// </summary>
internal sealed class KnownTickets
{
    // Events, and persons, clusters and stretches of a title, of some 300 bytes each: some 30 MB.
    private const int Most = 100_000;
    private const int Stretch = 150;

    private readonly Lock _gate = new();
    private readonly Dictionary<TicketId, LinkedListNode<(TicketId Id, TicketHistory History)>> _known = [];
    private readonly LinkedList<(TicketId Id, TicketHistory History)> _byUse = new();
    private int _weight;

    public TicketHistory? Find(TicketId id)
    {
        lock (_gate)
        {
            if (!_known.TryGetValue(id, out var node))
                return null;
            _byUse.Remove(node);
            _byUse.AddLast(node);
            return node.Value.History;
        }
    }

    /// <summary>Drops those that were longest of no use where it would be too much.</summary>
    public void Remember(TicketId id, TicketHistory history)
    {
        lock (_gate)
        {
            Drop(id);
            _known[id] = _byUse.AddLast((id, history));
            _weight += WeightOf(history);
            while (_weight > Most)
                Drop(_byUse.First!.Value.Id);
        }
    }

    public void Forget(TicketId id)
    {
        lock (_gate)
            Drop(id);
    }

    private void Drop(TicketId id)
    {
        if (!_known.Remove(id, out var node))
            return;
        _byUse.Remove(node);
        _weight -= WeightOf(node.Value.History);
    }

    private static int WeightOf(TicketHistory history) => 1 + history.Heard.Count
        + (history.Ticket is { } ticket ? ticket.Assignees.Count + ticket.Clusters.Count + (ticket.Title.Length / Stretch) : 0);
}
