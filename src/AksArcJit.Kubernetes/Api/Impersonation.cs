using AksArcJit.Kubernetes.Credentials;

namespace AksArcJit.Kubernetes.Api;

/// <summary>
/// A kubeconfig's <c>as</c>, <c>as-groups</c> and <c>as-user-extra</c>, which KubernetesClient ignores: ignoring them would act with more
/// rights than the file's author meant (Kubernetes: Authentication, user impersonation).
/// </summary>
internal sealed class Impersonation(string user, IReadOnlyList<string> groups, IReadOnlyDictionary<string, IReadOnlyList<string>> extra) : DelegatingHandler
{
    /// <exception cref="InvalidOperationException">It asks for what cannot be sent.</exception>
    public static IEnumerable<DelegatingHandler> Of(Kubeconfig read)
    {
        if (read.User is not { Impersonate.Length: > 0 } credentials)
            return [];
        string[] groups = [.. credentials.ImpersonateGroups ?? []];
        // .NET sends several values of a header as one line, which Kubernetes takes for one group of a strange name.
        if (groups.Length > 1 || read.UserExtra.Values.Any(values => values.Count > 1))
            throw new InvalidOperationException("as-groups and each key of as-user-extra may have one value only; bind what the user needs to the user, or to one group");
        return [new Impersonation(credentials.Impersonate, groups, read.UserExtra)];
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("Impersonate-User", user);
        request.Headers.TryAddWithoutValidation("Impersonate-Group", groups);
        foreach (var (key, values) in extra)
            request.Headers.TryAddWithoutValidation($"Impersonate-Extra-{Uri.EscapeDataString(key)}", values);
        return base.SendAsync(request, cancellationToken);
    }
}
