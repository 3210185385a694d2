using System.Collections;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace AksArcJit.Server;

/// <summary>
/// Hands out what the meters <c>AksArcJit.*</c> of this process measure: to Prometheus at <c>GET /metrics</c>, and to whichever collector the
/// environment names in OpenTelemetry's own variables. Without sign-in, as health is: numbers, and the names of channels, sources, outlets and anchors.
/// </summary>
internal static class MetricsExport
{
    // https://opentelemetry.io/docs/specs/otel/protocol/exporter/
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <param name="environment">Its variables <c>OTEL_</c> are <see cref="Settings"/>.</param>
    public static void AddMetricsExport(this IServiceCollection services, IDictionary environment) => services.AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService("aksarcjit").AddEnvironmentVariableDetector())
        .WithMetrics(metrics =>
        {
            // Read anew by each who asks: a revocation that is overdue is not told late.
            metrics.AddMeter("AksArcJit.*").AddPrometheusExporter(prometheus => prometheus.ScrapeResponseCacheDurationMilliseconds = 0);
            if (environment[Collector] is string { Length: > 0 })
                metrics.AddOtlpExporter();
        });

    /// <summary>Before anything is measured: a counter that is told from zero on shows its first rise, too.</summary>
    public static void StartMeasuring(this IServiceProvider services) => services.GetRequiredService<MeterProvider>();

    public static IApplicationBuilder UseMetrics(this IApplicationBuilder app) => app.UseOpenTelemetryPrometheusScrapingEndpoint(
        context => context.Request.Path == "/metrics" && HttpMethods.IsGet(context.Request.Method));

    /// <summary>OpenTelemetry's variables of the environment; nothing else of it is read.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Settings(IDictionary environment) => environment.Cast<DictionaryEntry>()
        .Where(one => ((string)one.Key).StartsWith("OTEL_", StringComparison.Ordinal))
        .Select(one => KeyValuePair.Create((string)one.Key, (string?)one.Value));
}
