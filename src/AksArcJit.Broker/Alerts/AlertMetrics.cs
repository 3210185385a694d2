using System.Diagnostics.Metrics;

namespace AksArcJit.Broker.Alerts;

/// <summary>Meter <c>AksArcJit.Broker</c>: what wakes an operator, by the names that infra/modules/alerts.bicep asks for.</summary>
public sealed class AlertMetrics : IDisposable
{
    public const string Name = "AksArcJit.Broker";

    private readonly Meter _meter;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _residual;
    private readonly Counter<long> _findings;
    private readonly Counter<long> _failures;

    public AlertMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _refused = _meter.CreateCounter<long>("aksarcjit.grants.refused", "{attempt}", "Attempts to bind that certainly failed: refused by the cluster, or never sent");
        _residual = _meter.CreateCounter<long>("aksarcjit.revocations.residual", "{grant}", "Grants that ended while something else still allowed what they allowed");
        _findings = _meter.CreateCounter<long>("aksarcjit.sweep.findings", "{finding}", "Bindings that the sweep met altered, copied, re-created or left behind");
        _failures = _meter.CreateCounter<long>("aksarcjit.sweep.failures", "{sweep}", "Sweeps of a cluster or of the open requests that could not be finished");
        // Told from zero on: whoever alerts on a rise sees the first one, too.
        foreach (var counter in new[] { _refused, _residual, _findings, _failures })
            counter.Add(0);
        _meter.CreateObservableGauge("aksarcjit.revocations.overdue", () => Standing.Requests, "{request}", "Requests whose access was to be gone and is not known to be");
        _meter.CreateObservableGauge("aksarcjit.revocations.unconfirmed", () => Standing.Unconfirmed, "{request}", "Requests whose removal the cluster has not confirmed for five minutes");
        _meter.CreateObservableGauge("aksarcjit.checkpoints.age", () => Standing.UncoveredFor.TotalSeconds, "s", "How long the oldest fact without a checkpoint has waited beyond its time");
    }

    /// <summary>As last looked.</summary>
    public Overdue Standing { get; set; } = new(0, 0, TimeSpan.Zero);

    public void GrantRefused() => _refused.Add(1);

    public void ResidualAccessTold() => _residual.Add(1);

    public void SweepFound() => _findings.Add(1);

    public void SweepFailed() => _failures.Add(1);

    public void Dispose() => _meter.Dispose();
}

/// <param name="UncoveredFor">Beyond the time by which a checkpoint was to cover it; zero where none is late.</param>
public sealed record Overdue(int Requests, int Unconfirmed, TimeSpan UncoveredFor);
