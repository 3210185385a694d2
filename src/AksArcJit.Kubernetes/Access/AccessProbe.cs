using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Access;

/// <summary>Asks the cluster itself who may do what (authorization.k8s.io/v1 SubjectAccessReview).</summary>
internal sealed class AccessProbe(ApiClient api)
{
    private const string AnybodySignedIn = "system:authenticated";

    // RBAC's own need no more. An authorizer's words become facts, a fact has its limit in the store, and an end must be recordable.
    private const int LongestReason = 1000;

    public async Task<Reading<IReadOnlyList<ProbeAnswer>>> AskAsync(
        ReviewedUser user, IReadOnlyList<Probe> probes, ProbePurpose purpose, CancellationToken cancellation)
    {
        var lane = purpose switch
        {
            ProbePurpose.ConfirmGrant => api.Grants,
            ProbePurpose.ConfirmRemoval => api.Removals,
            _ => throw new ArgumentOutOfRangeException(nameof(purpose)),
        };
        // All at once; the client's lane is the bound.
        var answers = await Task.WhenAll(probes.Select(probe => AskAsync(lane, user, probe, cancellation)));
        return answers.OfType<Reading<ProbeAnswer>.Unreadable>().FirstOrDefault() is { } unreadable
            ? new Reading<IReadOnlyList<ProbeAnswer>>.Unreadable(unreadable.Reason)
            : new Reading<IReadOnlyList<ProbeAnswer>>.Found([.. answers.OfType<Reading<ProbeAnswer>.Found>().Select(found => found.Value)]);
    }

    private async Task<Reading<ProbeAnswer>> AskAsync(Lane lane, ReviewedUser user, Probe probe, CancellationToken cancellation)
    {
        var review = new V1SubjectAccessReview { Spec = Question(user, probe) };
        var answer = await api.SendAsync(lane, Permission.Review,
            async (client, ct) => (await client.AuthorizationV1.CreateSubjectAccessReviewAsync(review, cancellationToken: ct)).AnswerTo(review), cancellation);
        return answer switch
        {
            Answer<V1SubjectAccessReview>.Given { Value.Status: { } status } => Judge(user, probe, status),
            Answer<V1SubjectAccessReview>.Given => new Reading<ProbeAnswer>.Unreadable($"{probe}: a review without status"),
            _ => new Reading<ProbeAnswer>.Unreadable($"{probe}: {answer.Trouble}"),
        };
    }

    private static Reading<ProbeAnswer> Judge(ReviewedUser user, Probe probe, V1SubjectAccessReviewStatus status) => status switch
    {
        { Allowed: true } =>
            new Reading<ProbeAnswer>.Found(new ProbeAnswer(
                probe, true, Shortened(status.Reason), ReviewReason.Binding(status.Reason), ReviewReason.Assignment(status.Reason, user))),
        // An authorizer that failed (a webhook) might have said yes: that is no "denied".
        { EvaluationError.Length: > 0 } => new Reading<ProbeAnswer>.Unreadable($"{probe}: {Shortened(status.EvaluationError)}"),
        _ => new Reading<ProbeAnswer>.Found(new ProbeAnswer(probe, false, Shortened(status.Reason), null)),
    };

    private static string Shortened(string? words) => Api.Refusal.Shortened(words ?? "", LongestReason);

    private static V1SubjectAccessReviewSpec Question(ReviewedUser user, Probe probe)
    {
        // A review is judged with the groups that it lists and no other.
        var spec = new V1SubjectAccessReviewSpec
        {
            User = user.Name,
            Groups = [.. user.Groups, AnybodySignedIn],
            Extra = user.Extra.ToDictionary(pair => pair.Key, pair => (IList<string>)[pair.Value]),
        };
        if (probe.Url.Length > 0)
            spec.NonResourceAttributes = new V1NonResourceAttributes { Verb = probe.Verb, Path = probe.Url };
        else
            spec.ResourceAttributes = new V1ResourceAttributes
            {
                Verb = probe.Verb,
                Group = probe.ApiGroup,
                Resource = probe.Resource,
                Subresource = probe.Subresource,
                Name = probe.Name,
                NamespaceProperty = probe.Namespace,
            };
        return spec;
    }
}
