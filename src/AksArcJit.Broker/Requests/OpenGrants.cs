using System.Collections.Concurrent;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Requests;

/// <summary>
/// The grants in force as last read, in memory, for one purpose: a removal that comes due while the journal is away. Never read for
/// anything that gives access.
/// </summary>
public sealed class OpenGrants
{
    private readonly ConcurrentDictionary<RequestId, RequestHistory> _known = new();

    public void Remember(RequestHistory history)
    {
        if (history.State is not (RequestState.Active or RequestState.Revoking or RequestState.RevocationUnconfirmed))
        {
            _known.TryRemove(history.Id, out _);
            return;
        }
        // Facts are dropped: only the state is needed, and a thousand grants stay small.
        var slim = history with { Facts = [history.Facts[^1]] };
        _known.AddOrUpdate(history.Id, slim, (_, known) => known.Version > slim.Version ? known : slim);
    }

    public RequestHistory? Recall(RequestId id) => _known.GetValueOrDefault(id);

    public IReadOnlyCollection<RequestHistory> All => [.. _known.Values];
}
