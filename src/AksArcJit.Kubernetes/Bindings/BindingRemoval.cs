using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;
using k8s.Models;

namespace AksArcJit.Kubernetes.Bindings;

/// <summary>
/// Deletes a grant's binding and proves it with a consistent read. What the delete answered is never the proof; what it refused is never
/// overlooked.
/// </summary>
internal sealed class BindingRemoval(ApiClient api, string installation, TimeProvider time)
{
    // One round for the binding that we know, two for what somebody re-created under the name. Whoever is faster than that is reported.
    private const int Rounds = 3;

    public async Task<RemovalOutcome> RemoveAsync(BindingSpec spec, string? uid, CancellationToken cancellation)
    {
        var target = uid;
        for (var round = 1; ; round++)
        {
            var deleted = target is null ? null : await BindingRequests.DeleteAsync(api, spec.Name, target, cancellation);
            if (deleted is not null && IsFinal(deleted))
                return new RemovalOutcome.Failed($"delete {spec.Name}: {deleted.Trouble}");

            var observedAt = time.GetUtcNow();
            var read = await BindingRequests.ReadAsync(api, api.Removals, spec.Name, cancellation);
            if (read.IsNotFound)
                return new RemovalOutcome.Absent(observedAt);
            if (read is not Answer<LiveBinding>.Given { Value: var live })
                return new RemovalOutcome.Failed($"read {spec.Name}: {read.Trouble}{After(deleted)}");
            if (!Ownership.IsOurs(live, spec, uid, installation))
                return new RemovalOutcome.Absent(observedAt);
            if (live.Standing.Uid == target || round == Rounds)
                return new RemovalOutcome.Failed(StillThere(spec, live, deleted));
            target = live.Standing.Uid;
        }
    }

    /// <summary>Refused for what the broker is, or because the server is busy: reading would tell nothing new, or add to the load.</summary>
    private static bool IsFinal(Answer<V1Status> deleted) => deleted switch
    {
        Answer<V1Status>.Refused { Why.Code: 404 or 409 } => false,
        Answer<V1Status>.Refused { Why.LeavesOpen: false } => true,
        Answer<V1Status>.NotSent => true,
        _ => false,
    };

    private static string StillThere(BindingSpec spec, LiveBinding live, Answer<V1Status>? deleted) =>
        live is { IsBeingDeleted: true, Finalizers.Count: > 0 }
            ? $"{spec.Name} is deleted, and held by the finalizers {string.Join(", ", live.Finalizers)}: until they are removed it gives access"
        : live.IsBeingDeleted ? $"{spec.Name} is being deleted"
        : $"{spec.Name} still stands, with uid {live.Standing.Uid}{After(deleted)}";

    private static string After(Answer<V1Status>? deleted) => deleted?.Trouble is { Length: > 0 } trouble ? $" (delete: {trouble})" : "";
}
