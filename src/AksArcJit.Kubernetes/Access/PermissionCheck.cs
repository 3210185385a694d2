using AksArcJit.Kubernetes.Api;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Access;

/// <summary>Whether the cluster answers and lets the broker do its work, told with the rules that are missing.</summary>
internal sealed class PermissionCheck(ApiClient api, string role)
{
    public async Task<string?> CheckAsync(CancellationToken cancellation)
    {
        var version = await api.SendAsync(api.Reads, Permission.ReadVersion, (client, ct) => client.Version.GetCodeAsync(ct), cancellation);
        if (version.Trouble.Length > 0)
            return $"the API server does not answer as it should: {version.Trouble}";
        var findings = await Task.WhenAll(Permission.AllFor(role).Select(needs => AskAsync(needs, cancellation)));
        if (findings.FirstOrDefault(finding => finding.Trouble.Length > 0) is { Trouble: { } trouble })
            return $"the broker's permissions cannot be read: {trouble}";
        var missing = findings.Where(finding => !finding.IsAllowed).Select(finding => finding.Needs.ToString()).ToList();
        return missing.Count == 0 ? api.CredentialTrouble : $"the broker lacks {string.Join(", ", missing)}";
    }

    private async Task<(Permission Needs, bool IsAllowed, string Trouble)> AskAsync(Permission needs, CancellationToken cancellation)
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
        return (needs, answer is Answer<V1SelfSubjectAccessReview>.Given { Value.Status.Allowed: true }, answer.Trouble);
    }
}
