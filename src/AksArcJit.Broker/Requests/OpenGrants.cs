using System.Collections.Concurrent;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Requests;

/// <summary>
/// The grants in force, or about to be, as last read, in memory, for one purpose: a removal that comes due while the journal is away. Never read for
/// anything that gives access.
/// </summary>
public sealed class OpenGrants
{
    private readonly ConcurrentDictionary<RequestId, RequestHistory> _known = new();
    private readonly ConcurrentDictionary<RequestId, Append> _unsettled = new();

    public void Remember(RequestHistory history)
    {
        if (history.State is not (RequestState.Granting or RequestState.Active or RequestState.Revoking or RequestState.RevocationUnconfirmed))
        {
            _known.TryRemove(history.Id, out _);
            return;
        }
        // Facts are dropped: only the state is needed, and a thousand grants stay small.
        var slim = history with { Facts = [history.Facts[^1]] };
        _known.AddOrUpdate(history.Id, slim, (_, known) => known.Version > slim.Version ? known : slim);
    }

    /// <summary>A window that began, by an append whose outcome is unknown.</summary>
    public void RememberUnsettled(RequestHistory after, Append append)
    {
        Remember(after);
        _unsettled[after.Id] = append;
    }

    public Append? Unsettled(RequestId id) => _unsettled.GetValueOrDefault(id);

    public void Forget(RequestId id)
    {
        _unsettled.TryRemove(id, out _);
        _known.TryRemove(id, out _);
    }

    public RequestHistory? Recall(RequestId id) => _known.GetValueOrDefault(id);

    /// <summary>True where the next step can only take access away.</summary>
    public bool IsToBeRemoved(RequestId id) => Recall(id) is { State: not RequestState.Granting };

    /// <summary>The cluster, where the next step can only take access away; else null.</summary>
    public ClusterId? RemovalFrom(RequestId id) =>
        Recall(id) is { State: RequestState.Asked asked and not RequestState.Granting } ? asked.Request.Terms.Cluster : null;

    /// <summary>True where a removal is under way.</summary>
    public bool IsBeingRemoved(RequestId id) => Recall(id) is { State: RequestState.Revoking or RequestState.RevocationUnconfirmed };
}
