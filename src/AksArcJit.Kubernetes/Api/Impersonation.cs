using k8s.KubeConfigModels;

namespace AksArcJit.Kubernetes.Api;

/// <summary>
/// A kubeconfig's <c>as</c> and <c>as-groups</c>, which KubernetesClient reads and ignores: ignoring them would act with more rights than
/// the file's author meant (Kubernetes: Authentication, user impersonation).
/// </summary>
internal sealed class Impersonation(string user, IReadOnlyList<string> groups) : DelegatingHandler
{
    public static IEnumerable<DelegatingHandler> Of(K8SConfiguration file, string? context)
    {
        var userOfContext = file.Contexts?.FirstOrDefault(one => IsNamed(one.Name, context))?.ContextDetails?.User;
        return file.Users?.FirstOrDefault(one => IsNamed(one.Name, userOfContext))?.UserCredentials is { Impersonate.Length: > 0 } credentials
            ? [new Impersonation(credentials.Impersonate, [.. credentials.ImpersonateGroups ?? []])]
            : [];
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("Impersonate-User", user);
        request.Headers.TryAddWithoutValidation("Impersonate-Group", groups);
        return base.SendAsync(request, cancellationToken);
    }

    // As KubernetesClient finds them: whoever it authenticates as must be the one whose impersonation is honoured.
    private static bool IsNamed(string name, string? wanted) => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase);
}
