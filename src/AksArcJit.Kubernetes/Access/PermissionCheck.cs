using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Access;

/// <summary>Whether the cluster answers and lets the broker do its work, told with the rules that are missing.</summary>
internal sealed class PermissionCheck(ApiClient api, string role)
{
    public async Task<ClusterFault?> CheckAsync(CancellationToken cancellation)
    {
        var version = await api.SendAsync(api.Reads, Permission.ReadVersion, (client, ct) => client.Version.GetCodeAsync(ct), cancellation);
        if (version.Trouble.Length > 0)
            return Fault("the API server does not answer as it should", version.Brief, version.Trouble);
        var findings = await Task.WhenAll(Permission.AllFor(role).Select(needs => AskAsync(needs, cancellation)));
        if (findings.FirstOrDefault(finding => finding.Trouble.Length > 0) is { Trouble: { } trouble, Brief: var brief })
            return Fault("the broker's permissions cannot be read", brief, trouble);
        var missing = findings.Where(finding => !finding.IsAllowed).Select(finding => finding.Needs.ToString()).ToList();
        if (missing.Count > 0)
            return new ClusterFault($"the broker lacks {string.Join(", ", missing)}", $"the broker lacks {string.Join(", ", missing)}");
        return api.CredentialTrouble is { } credentials ? new ClusterFault(credentials.Brief, credentials.Detail) : null;
    }

    private ClusterFault Fault(string what, string brief, string trouble)
    {
        var since = api.StillSince is { } still ? $"; nothing was answered since {still:u}" : "";
        return new ClusterFault($"{what}: {brief}{since}", $"{what}: {trouble}{since}");
    }

    private async Task<(Permission Needs, bool IsAllowed, string Trouble, string Brief)> AskAsync(Permission needs, CancellationToken cancellation)
    {
        var review = new V1SelfSubjectAccessReview
        {
            Spec = new V1SelfSubjectAccessReviewSpec
            {
                ResourceAttributes = new V1ResourceAttributes
                {
                    Verb = needs.Verb,
                    Group = needs.Group,
                    Resource = needs.Resource,
                    Name = needs.Name,
                },
            },
        };
        var answer = await api.SendAsync(api.Reads, Permission.ReviewSelf,
            (client, ct) => client.AuthorizationV1.CreateSelfSubjectAccessReviewAsync(review, cancellationToken: ct), cancellation);
        return (needs, answer is Answer<V1SelfSubjectAccessReview>.Given { Value.Status.Allowed: true }, answer.Trouble, answer.Brief);
    }
}
