using System.Diagnostics.Metrics;
using AksArcJit.Broker.Checkpoints;
using Microsoft.Extensions.Hosting;

namespace AksArcJit.Hosting;

/// <summary>Meter <c>AksArcJit.Journal</c>: how the journal's evidence stands, observed when somebody collects.</summary>
internal sealed class JournalMetrics : IHostedService, IDisposable
{
    public const string Name = "AksArcJit.Journal";

    private readonly Meter _meter;

    public JournalMetrics(IMeterFactory meters, JournalHealth health)
    {
        _meter = meters.Create(Name);
        _meter.CreateObservableGauge("aksarcjit.journal.verified_at", () => Of(health.Verified?.At.ToUnixTimeSeconds()), "s", "Unix time when the last whole verification ended");
        _meter.CreateObservableGauge("aksarcjit.journal.damages", () => Of(health.Verified?.Damages), "{damage}", "Damages that the last whole verification found");
        _meter.CreateObservableGauge("aksarcjit.journal.distrusted", () => health.Objection is null ? 0 : 1, null, "1 while the journal contradicts its checkpoints, and nothing is granted");
        _meter.CreateObservableGauge("aksarcjit.checkpoint.number", () => Of(health.Newest?.Number), "{checkpoint}", "The newest checkpoint");
        _meter.CreateObservableGauge("aksarcjit.checkpoint.at", () => Of(health.Newest?.At.ToUnixTimeSeconds()), "s", "Unix time of the newest checkpoint");
        _meter.CreateObservableGauge("aksarcjit.anchor.behind",
            () => health.Anchors.Select(anchor => new Measurement<long>(anchor.Behind, new KeyValuePair<string, object?>("anchor", anchor.Name))), "{checkpoint}", "Checkpoints that an anchor lacks");
    }

    // Made with the host, so that there is something to observe.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Of(long? value) => value is { } known ? [new Measurement<long>(known)] : [];
}
