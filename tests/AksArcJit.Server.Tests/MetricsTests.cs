using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>In a process of its own: meters belong to the process, and others' servers in this one have meters of the same names.</summary>
public sealed partial class MetricsTests(BrokerHarness broker) : IClassFixture<BrokerHarness>, IAsyncLifetime
{
    private ServerProcess _server = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        await broker.StopAsync();
        _server = await ServerProcess.StartAsync(broker.Directory, broker.Options(), "measured");
        _http = new HttpClient { BaseAddress = _server.Url };
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>What wakes an operator is among them before anything went wrong, under the names that README.md gives.</summary>
    [Fact]
    public async Task Metrics_TellWhatTheMetersMeasure()
    {
        using var answer = await _http.GetAsync("/metrics", TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        foreach (var told in new[]
        {
            "aksarcjit_revocations_overdue gauge", "aksarcjit_revocations_unconfirmed gauge", "aksarcjit_journal_distrusted gauge",
            "aksarcjit_checkpoints_age_seconds gauge", "aksarcjit_notices_undelivered_total counter", "aksarcjit_revocations_residual_total counter",
            "aksarcjit_sweep_findings_total counter", "aksarcjit_sweep_failures_total counter",
        })
        {
            Assert.Contains($"# TYPE {told}\n", text, StringComparison.Ordinal);
            Assert.Equal(0, Value(text, told.Split(' ')[0]));
        }
    }

    [Fact]
    public async Task Metrics_CountWhatHappened()
    {
        var fault = broker.Cluster.Faults.Add(new Fault(new FaultAction.Respond(500)) { Verb = "list", Resource = "clusterrolebindings" });
        await SweepAsync();
        var once = await ValueAsync("aksarcjit_sweep_failures_total");
        await SweepAsync();
        broker.Cluster.Faults.Remove(fault.Id);

        Assert.True(once > 0, $"{once}");
        Assert.True(await ValueAsync("aksarcjit_sweep_failures_total") > once);
    }

    [Theory]
    [InlineData("POST", "/metrics")]
    [InlineData("GET", "/metrics/x")]
    public async Task Metrics_AreNowhereElse(string method, string path)
    {
        using var answer = await _http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Metrics_WhenTheEnvironmentNamesACollector_GoThereToo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var server = await ServerProcess.StartAsync(broker.Directory, broker.Options(), "collected",
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{listener.LocalEndpoint}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRIC_EXPORT_INTERVAL", "100"));
        using var collector = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(collector.GetStream());

        Assert.Equal("POST /v1/metrics HTTP/1.1", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    private async Task SweepAsync()
    {
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/api/v1/operations/sweep") { Content = JsonContent.Create(new JsonObject()) };
        ask.Headers.Authorization = new AuthenticationHeaderValue("Bearer", broker.Token("operator"));
        using var answer = await _http.SendAsync(ask, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<double> ValueAsync(string name) => Value(await _http.GetStringAsync("/metrics", TestContext.Current.CancellationToken), name);

    private static double Value(string text, string name) => double.Parse(
        Sample().Matches(text).Single(one => one.Groups["name"].Value == name).Groups["value"].Value, CultureInfo.InvariantCulture);

    // https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
    [GeneratedRegex("""^(?<name>[a-z_]+)(\{[^}]*\})? (?<value>[-0-9.eE+]+)( [0-9]+)?$""", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
