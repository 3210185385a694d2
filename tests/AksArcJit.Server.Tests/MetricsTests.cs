using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

public sealed partial class MetricsTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    /// <summary>Each line as the text exposition format has it, and what wakes an operator is among them before anything went wrong.</summary>
    [Fact]
    public async Task Metrics_TellWhatTheMetersMeasure()
    {
        using var answer = await broker.Anonymous.GetAsync("/metrics", TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(Line(), line));
        foreach (var told in new[]
        {
            "aksarcjit_revocations_overdue 0", "aksarcjit_revocations_unconfirmed 0", "aksarcjit_checkpoints_age_seconds 0", "aksarcjit_journal_distrusted 0", "aksarcjit_sweep_findings_total 0",
            "# TYPE aksarcjit_revocations_overdue gauge", "# TYPE aksarcjit_sweep_findings_total counter", "# TYPE aksarcjit_notices_delivered_total counter",
        })
            Assert.Contains($"{told}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_CountWhatHappened()
    {
        var id = await broker.GrantAsync();
        await broker.UntilAsync(id, seen => seen["notices"]!.AsArray().Count >= 2);
        var notices = await DeliveredAsync();

        Assert.True(notices >= 2, $"{notices}");
        Assert.Equal(notices, await DeliveredAsync());
    }

    /// <summary>A counter that is told piece by piece.</summary>
    [Fact]
    public async Task Metrics_AddUp()
    {
        using var admin = broker.As("operator");
        var fault = broker.Cluster.Faults.Add(new Fault(new FaultAction.Respond(500)) { Verb = "list", Resource = "clusterrolebindings" });
        await admin.OkAsync(HttpMethod.Post, "/api/v1/operations/sweep", new JsonObject());
        var once = await ValueAsync("aksarcjit_sweep_failures_total");
        await admin.OkAsync(HttpMethod.Post, "/api/v1/operations/sweep", new JsonObject());
        broker.Cluster.Faults.Remove(fault.Id);

        Assert.Equal(2 * once, await ValueAsync("aksarcjit_sweep_failures_total"));
        Assert.True(once > 0, $"{once}");
    }

    [Theory]
    [InlineData("POST", "/metrics")]
    [InlineData("GET", "/metrics/x")]
    public async Task Metrics_AreNowhereElse(string method, string path)
    {
        using var answer = await broker.Anonymous.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private Task<double> DeliveredAsync() => ValueAsync("aksarcjit_notices_delivered_total{channel=\"files\"}");

    private async Task<double> ValueAsync(string series) =>
        double.Parse((await broker.Anonymous.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Split('\n').Single(line => line.StartsWith($"{series} ", StringComparison.Ordinal))[series.Length..], CultureInfo.InvariantCulture);

    // https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (-?[0-9.E+]+|NaN|\+Inf))$""")]
    private static partial Regex Line();
}
