using System.Text.Json;
using System.Text.RegularExpressions;
using AksArcJit.Contracts;
using AksArcJit.Lifecycle;
using AksArcJit.Server.Tests.Harness;
using AksArcJit.Web.Refusals;

namespace AksArcJit.Server.Tests;

/// <summary>What holds for every answer: the document, the problems, the headers, health.</summary>
public sealed partial class SurfaceTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Fact]
    public async Task Document_IsTheCommittedOne()
    {
        var served = (await broker.Anonymous.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var file = Path.Combine(Root(), "src", "AksArcJit.Web", "openapi.v1.json");
        if (Environment.GetEnvironmentVariable("AKSARCJIT_UPDATE") == "1")
            await File.WriteAllTextAsync(file, served, TestContext.Current.CancellationToken);

        Assert.True(served == await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), "The API has changed: run this test with AKSARCJIT_UPDATE=1 and read the difference.");
    }

    [Fact]
    public async Task Document_NamesEveryOperationItsProblemsAndItsSignIn()
    {
        using var document = JsonDocument.Parse(await broker.Anonymous.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
            foreach (var operation in path.Value.EnumerateObject())
            {
                Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!);
                Assert.NotEmpty(operation.Value.GetProperty("operationId").GetString()!);
                // A webhook signs what it says instead of signing in.
                Assert.True(operation.Value.TryGetProperty("security", out _)
                    == (path.Name.StartsWith("/api/", StringComparison.Ordinal) && path.Name != "/api/v1/events"), path.Name);
                Assert.Equal(operation.Name is "put" || (operation.Name is "post" && !path.Name.EndsWith("/withdraw", StringComparison.Ordinal)),
                    operation.Value.TryGetProperty("requestBody", out _));
            }
    }

    public static readonly TheoryData<RefusalReason> Reasons = new(Enum.GetValues<RefusalReason>());

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Problem_OfEveryReason_IsNamedAfterItAndSaysWhatToDo(RefusalReason reason)
    {
        var problem = Problems.Of(new Refusal(reason, "Because.")).Problem;

        Assert.Equal(ProblemTypes.Prefix + Capital().Replace(reason.ToString(), "-$1").ToLowerInvariant(), problem.Type);
        Assert.InRange(problem.Status, 400, 503);
        Assert.EndsWith(".", problem.Remedy, StringComparison.Ordinal);
        Assert.Equal("Because.", problem.Detail);
    }

    [Theory]
    [InlineData("GET", "/nothing", 404, "not-found")]
    [InlineData("GET", "/api/v1/nothing", 404, "not-found")]
    [InlineData("DELETE", "/api/v1/access-requests", 405, "method-not-allowed")]
    public async Task Framework_RefusesInOurWordsToo(string method, string path, int status, string type)
    {
        using var admin = broker.As("operator");

        var answer = await admin.SendAsync(new HttpMethod(method), path);

        Assert.True(answer.Status == status, answer.Text);
        Assert.Equal(("application/problem+json", $"urn:aksarcjit:problem:{type}"), (answer.ContentType, answer["type"]));
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/nothing")]
    [InlineData("/api/v1/clusters")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/")]
    [InlineData("/consent/x")]
    public async Task Headers_AreStrictEverywhere(string path)
    {
        using var answer = await broker.Anonymous.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Contains("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal(path == "/docs/", string.Concat(answer.Headers.GetValues("Content-Security-Policy")).Contains("script-src", StringComparison.Ordinal));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Readiness_NamesEachClusterAndNothingElse()
    {
        using var anybody = new Api(broker.Client(null));

        var ready = await anybody.SendAsync(HttpMethod.Get, "/readyz");

        Assert.Equal((200, "ok"), (ready.Status, ready["journal"]));
        Assert.Equal(["edge-01", "edge-02", "edge-03", "edge-04", "edge-05"], ready.Json["clusters"]!.AsObject().Select(one => one.Key));
        Assert.Equal("""{"status":"ok"}""", ready.Json["clusters"]!["edge-01"]!.ToJsonString());
        Assert.Equal(("off", "pending"), (ready["checkpoints"], ready["verification"]));
        Assert.DoesNotContain("127.0.0.1", ready.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Role_IsToldInWordsWithItsFindings()
    {
        using var engineer = broker.As("engineer");

        var good = await engineer.OkAsync(HttpMethod.Get, "/api/v1/clusters/edge-01/role");
        var bad = await engineer.OkAsync(HttpMethod.Get, "/api/v1/clusters/edge-02/role");
        var none = await engineer.SendAsync(HttpMethod.Get, "/api/v1/clusters/edge-03/role");

        Assert.True(good["grantable"]!.GetValue<bool>());
        Assert.StartsWith("May read pods", good["rules"]![0]!["sentence"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal("Harmless", good["verdict"]!.ToString());
        Assert.Equal("LooksAt", Assert.Single(good["topics"]!.AsArray())!["topic"]!.ToString());
        Assert.False(bad["grantable"]!.GetValue<bool>());
        Assert.Equal("NeverAllowed", bad["verdict"]!.ToString());
        Assert.Equal("AccessControl", bad["topics"]![0]!["topic"]!.ToString());
        Assert.NotEmpty(bad["topics"]![0]!["abilities"]![0]!["findings"]!.AsArray());
        Assert.NotEmpty(bad["findings"]!.AsArray());
        Assert.Equal((422, "urn:aksarcjit:problem:role-not-found"), (none.Status, none["type"]));
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "AksArcJit.sln")))
            directory = directory.Parent;
        return directory.FullName;
    }

    [GeneratedRegex("(?<!^)([A-Z])")]
    private static partial Regex Capital();
}
