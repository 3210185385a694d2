using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;
using AksArcJit.Lifecycle.Roles;
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

    public Task<RemovalOutcome> RemoveAsync(BindingSpec spec, string? uid, CancellationToken cancellation) =>
        RemoveAsync(spec.Name, uid, live => Ownership.IsOurs(live, spec, uid, installation), cancellation);

    /// <summary>Exactly the binding that was seen, whatever stands under its name by now.</summary>
    public Task<RemovalOutcome> RemoveAsync(StandingBinding seen, CancellationToken cancellation) =>
        RemoveAsync(seen.Name, seen.Uid, live => live.Standing.Uid == seen.Uid, cancellation);

    private async Task<RemovalOutcome> RemoveAsync(BindingName name, string? uid, Func<LiveBinding, bool> isOurs, CancellationToken cancellation)
    {
        var target = uid;
        for (var round = 1; ; round++)
        {
            var deleted = target is null ? null : await BindingRequests.DeleteAsync(api, name, target, cancellation);
            if (deleted is not null && IsFinal(deleted))
                return new RemovalOutcome.Failed($"delete {name}: {deleted.Trouble}");

            var observedAt = time.GetUtcNow();
            var read = await BindingRequests.ReadAsync(api, api.Removals, name, cancellation);
            if (read.SaysMissing(name.Name))
                return new RemovalOutcome.Absent(observedAt);
            if (read is not Answer<LiveBinding>.Given { Value: var live })
                return new RemovalOutcome.Failed($"read {name}: {read.Trouble}{After(deleted)}");
            if (!isOurs(live))
                return new RemovalOutcome.Absent(observedAt);
            if (live.Standing.Uid == target || round == Rounds)
                return new RemovalOutcome.Failed(StillThere(name, live, deleted));
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

    private static string StillThere(BindingName name, LiveBinding live, Answer<V1Status>? deleted) =>
        live is { Standing.IsBeingDeleted: true, Finalizers.Count: > 0 }
            ? $"{name} is deleted, and held by the finalizers {string.Join(", ", live.Finalizers)}: until they are removed it gives access"
        : live.Standing.IsBeingDeleted ? $"{name} is being deleted"
        : $"{name} still stands, with uid {live.Standing.Uid}{After(deleted)}";

    private static string After(Answer<V1Status>? deleted) => deleted?.Trouble is { Length: > 0 } trouble ? $" (delete: {trouble})" : "";
}
