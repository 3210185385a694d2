using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AksArcJit.DevCluster;

namespace AksArcJit.Server.Tests.Harness;

/// <summary>Asks the cluster itself, as its administrator or as an engineer.</summary>
public sealed class ClusterAdmin(DevClusterHost cluster) : IDisposable
{
    private const string Rbac = "apis/rbac.authorization.k8s.io/v1";

    private readonly HttpClient _http = new(new HttpClientHandler
    {
        ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
    })
    { BaseAddress = cluster.Url };

    public async Task PutRoleAsync(string name, params object[] rules)
    {
        var role = new { apiVersion = "rbac.authorization.k8s.io/v1", kind = "ClusterRole", metadata = new { name }, rules };
        using var created = await SendAsync(HttpMethod.Post, $"{Rbac}/clusterroles", cluster.AdminToken, role);
        if (created.StatusCode != HttpStatusCode.Conflict)
        {
            created.EnsureSuccessStatusCode();
            return;
        }
        using var replaced = await SendAsync(HttpMethod.Put, $"{Rbac}/clusterroles/{name}", cluster.AdminToken, role);
        replaced.EnsureSuccessStatusCode();
    }

    /// <summary>A ClusterRoleBinding by somebody else's hand.</summary>
    public async Task BindAsync(string name, string role, string user)
    {
        using var created = await SendAsync(HttpMethod.Post, $"{Rbac}/clusterrolebindings", cluster.AdminToken, new
        {
            apiVersion = "rbac.authorization.k8s.io/v1",
            kind = "ClusterRoleBinding",
            metadata = new { name },
            roleRef = new { apiGroup = "rbac.authorization.k8s.io", kind = "ClusterRole", name = role },
            subjects = new[] { new { kind = "User", name = user, apiGroup = "rbac.authorization.k8s.io" } },
        });
        created.EnsureSuccessStatusCode();
    }

    public async Task UnbindAsync(string name)
    {
        using var removed = await SendAsync(HttpMethod.Delete, $"{Rbac}/clusterrolebindings/{name}", cluster.AdminToken, null);
        removed.EnsureSuccessStatusCode();
    }

    /// <summary>Names of the bindings that carry our label, of both kinds.</summary>
    public async Task<IReadOnlyList<string>> OurBindingsAsync()
    {
        var names = new List<string>();
        foreach (var kind in new[] { "clusterrolebindings", "rolebindings" })
        {
            using var answer = await SendAsync(HttpMethod.Get, $"{Rbac}/{kind}?labelSelector=app.kubernetes.io/managed-by%3Daksarcjit", cluster.AdminToken, null);
            var list = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!;
            names.AddRange(list["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>()));
        }
        return names;
    }

    /// <summary>Whether the user of the token may list the pods of a namespace, tried for real.</summary>
    public async Task<bool> MayListPodsAsync(string token, string ns)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"api/v1/namespaces/{ns}/pods", token, null);
        return answer.StatusCode switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.Forbidden => false,
            var other => throw new InvalidOperationException($"The cluster answered {other}."),
        };
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string token, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _http.SendAsync(request);
    }
}
