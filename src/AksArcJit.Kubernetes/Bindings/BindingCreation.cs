using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;

namespace AksArcJit.Kubernetes.Bindings;

/// <summary>Creates a grant's binding, or finds it standing (design section 6: create is idempotent by name).</summary>
internal sealed class BindingCreation(ApiClient api, string installation)
{
    public async Task<BindingOutcome> CreateAsync(BindingSpec spec, DateTimeOffset sendBy, CancellationToken cancellation)
    {
        var answer = await BindingRequests.CreateAsync(api, spec, installation, sendBy, cancellation);
        return answer switch
        {
            Answer<LiveBinding>.Given created => Created(created.Value, spec),
            Answer<LiveBinding>.NotSent notSent => new BindingOutcome.Failed(notSent.Reason),
            // The name was there before: ours from an attempt whose answer was lost, or somebody else's.
            Answer<LiveBinding>.Refused { Why.Reason: "AlreadyExists" } =>
                await ReadBackAsync(spec, isApplied: false, answer.Trouble, cancellation),
            Answer<LiveBinding>.Refused { Why.LeavesOpen: false } => new BindingOutcome.Failed(answer.Trouble),
            _ => await ReadBackAsync(spec, isApplied: null, answer.Trouble, cancellation),
        };
    }

    /// <summary>It stands, but admission may have made another of it: then "failed" would be wrong, and "standing" too.</summary>
    private BindingOutcome Created(LiveBinding created, BindingSpec spec) => Judge(created, spec) switch
    {
        BindingOutcome.Failed changed => new BindingOutcome.Unknown($"created, but not as specified: {changed.Reason}"),
        var standing => standing,
    };

    /// <param name="isApplied">False where this call certainly created nothing; null where nobody could tell.</param>
    private async Task<BindingOutcome> ReadBackAsync(BindingSpec spec, bool? isApplied, string trouble, CancellationToken cancellation) =>
        await BindingRequests.ReadAsync(api, api.Grants, spec.Name, cancellation) switch
        {
            Answer<LiveBinding>.Given standing => Judge(standing.Value, spec),
            var absent when absent.SaysMissing(spec.Name.Name) && isApplied == false => new BindingOutcome.Failed($"{trouble}; it is gone again"),
            // A request on its way may still arrive: absence proves nothing yet (design section 4, Time).
            var absent when absent.SaysMissing(spec.Name.Name) => new BindingOutcome.Unknown($"{trouble}; read back: not there, so far"),
            var unread => new BindingOutcome.Unknown($"{trouble}; read back: {unread.Trouble}"),
        };

    private BindingOutcome Judge(LiveBinding standing, BindingSpec spec) =>
        Ownership.Difference(standing, spec, installation) is { } difference
            ? new BindingOutcome.Failed($"{spec.Name} is taken by another: {difference}")
        : standing.Standing.IsBeingDeleted
            ? new BindingOutcome.Failed($"{spec.Name} is being deleted")
        : standing.Standing.NotAfter is { } notAfter
            ? new BindingOutcome.Standing(standing.Standing.Uid, notAfter)
            : new BindingOutcome.Failed($"{spec.Name} does not say until when it holds ({Marks.NotAfter})");
}
