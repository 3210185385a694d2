using System.Diagnostics.Metrics;

namespace AksArcJit.Broker.Publishing;

/// <summary>Meter <c>AksArcJit.Publishing</c>, every instrument by <c>outlet</c>.</summary>
public sealed class PublishingMetrics : IDisposable
{
    public const string MeterName = "AksArcJit.Publishing";
    private readonly Meter _meter;
    private readonly Counter<long> _published;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _refused;

    public PublishingMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _published = _meter.CreateCounter<long>("aksarcjit.outlets.published", "{event}", "Events that the outlet took.");
        _retries = _meter.CreateCounter<long>("aksarcjit.outlets.retries", "{try}", "Tries that met an outlet that was away; each is made again.");
        _refused = _meter.CreateCounter<long>("aksarcjit.outlets.refused", "{try}", "Tries that the outlet refused; each is made again, and its stream waits.");
    }

    /// <summary>Lag, waiting streams and faults, read when somebody looks.</summary>
    public void Observe(Func<IReadOnlyList<OutletStatus>> read)
    {
        _meter.CreateObservableGauge("aksarcjit.outlets.lag", () => Each(status => status.Lag.TotalSeconds), "s", "The age of the oldest fact that waits to go out.");
        _meter.CreateObservableGauge("aksarcjit.outlets.waiting", () => Each(status => status.Waiting), "{stream}", "Streams with facts that wait to go out.");
        _meter.CreateObservableGauge("aksarcjit.outlets.faulty", () => Each(status => status.Fault is null ? 0 : 1), "{outlet}", "1 while the outlet does not take what it is sent.");

        IEnumerable<Measurement<double>> Each(Func<OutletStatus, double> value) =>
            read().Select(status => new Measurement<double>(value(status), new KeyValuePair<string, object?>("outlet", status.Name)));
    }

    public void Published(string outlet) => _published.Add(1, new KeyValuePair<string, object?>("outlet", outlet));

    public void Retried(string outlet) => _retries.Add(1, new KeyValuePair<string, object?>("outlet", outlet));

    public void Refused(string outlet) => _refused.Add(1, new KeyValuePair<string, object?>("outlet", outlet));

    public void Dispose() => _meter.Dispose();
}
