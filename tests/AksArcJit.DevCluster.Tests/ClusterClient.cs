using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace AksArcJit.DevCluster.Tests;

/// <summary>Plain HTTP to a DevCluster as one of its users, so that tests see the bytes and not a client's reading of them.</summary>
internal sealed class ClusterClient : IDisposable
{
    public const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
    public const string ClusterRoleBindings = Rbac + "/clusterrolebindings";

    private readonly HttpClient _http;

    public ClusterClient(DevClusterHost cluster, string? token)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(X509Certificate2.CreateFromPem(cluster.AuthorityPem));
        _http = new(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } })
        {
            BaseAddress = cluster.Url,
            DefaultRequestVersion = HttpVersion.Version20,
        };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static JsonObject Binding(string name, string role = "view", string user = "eng", JsonObject? labels = null) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels },
        ["roleRef"] = new JsonObject { ["kind"] = "ClusterRole", ["name"] = role },
        ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "User", ["name"] = user }),
    };

    public Task<Reply> Get(string path) => Send(HttpMethod.Get, path);

    public Task<Reply> Post(string path, JsonNode body) => Send(HttpMethod.Post, path, body);

    public Task<Reply> Put(string path, JsonNode body) => Send(HttpMethod.Put, path, body);

    public Task<Reply> Patch(string path, JsonNode body, string contentType) => Send(HttpMethod.Patch, path, body, contentType);

    public Task<Reply> Delete(string path, JsonNode? options = null) => Send(HttpMethod.Delete, path, options);

    /// <summary>The status of a SubjectAccessReview of resource attributes.</summary>
    public async Task<JsonObject> Review(string user, JsonObject resourceAttributes, params string[] groups)
    {
        var reply = await Post("/apis/authorization.k8s.io/v1/subjectaccessreviews", new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["user"] = user,
                ["groups"] = new JsonArray([.. groups.Select(group => (JsonNode)group)]),
                ["resourceAttributes"] = resourceAttributes,
            },
        });
        Assert.Equal(201, reply.Code);
        return reply.Body["status"]!.AsObject();
    }

    public async Task<Reply> Send(
        HttpMethod method, string path, JsonNode? body = null, string contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20 };
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse(contentType));
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await _http.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        var parsed = response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text)!.AsObject() : [];
        return new((int)response.StatusCode, parsed, response.Headers.RetryAfter?.Delta);
    }

    /// <summary>Starts a watch; it has begun when this returns.</summary>
    public async Task<WatchReader> Watch(string pathAndQuery)
    {
        var response = await _http.GetAsync(pathAndQuery, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new(response, new(await response.Content.ReadAsStreamAsync(Cancellation)));
    }

    public void Dispose() => _http.Dispose();
}

internal sealed record Reply(int Code, JsonObject Body, TimeSpan? RetryAfter)
{
    public string Message => (string?)Body["message"] ?? "";

    public string Reason => (string?)Body["reason"] ?? "";

    public string Uid => (string)Body["metadata"]!["uid"]!;

    public string ResourceVersion => (string)Body["metadata"]!["resourceVersion"]!;
}

internal sealed record WatchReader(HttpResponseMessage Response, StreamReader Lines) : IDisposable
{
    /// <returns>Type and object of the next event; null at the end of the watch.</returns>
    public async Task<(string Type, JsonObject Object)?> Next()
    {
        var line = await Lines.ReadLineAsync(TestContext.Current.CancellationToken);
        if (line is null)
            return null;
        var read = JsonNode.Parse(line)!.AsObject();
        return ((string)read["type"]!, read["object"]!.AsObject());
    }

    /// <returns>"TYPE name" of the next event.</returns>
    public async Task<string> NextShown() =>
        await Next() is var (type, seen) ? $"{type} {seen["metadata"]?["name"]}".TrimEnd() : "END";

    public void Dispose()
    {
        Lines.Dispose();
        Response.Dispose();
    }
}
