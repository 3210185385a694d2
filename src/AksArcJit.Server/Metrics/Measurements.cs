using System.Diagnostics.Metrics;

namespace AksArcJit.Server.Metrics;

/// <summary>What the meters <c>AksArcJit.*</c> of this host have measured since it began, read when somebody collects.</summary>
internal sealed class Measurements : IHostedService, IDisposable
{
    private const string Ours = "AksArcJit.";

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);

    /// <summary>Made with the host, so that no count is missed.</summary>
    public Measurements(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // By their scope: another host in the same process has meters of the same names.
            if (instrument.Meter.Scope == meters && instrument.Meter.Name.StartsWith(Ours, StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument, Open(instrument));
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, family) => Take(instrument, value, tags, family));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, family) => Take(instrument, value, tags, family));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, family) => Take(instrument, value, tags, family));
        _listener.Start();
    }

    /// <summary>In the text format of Prometheus.</summary>
    public string Tell()
    {
        lock (_gate)
        {
            // What is observed is what holds now: a series that is not told any more has ended.
            foreach (var family in _families.Values.Where(family => family.IsObserved))
                family.Clear();
            _listener.RecordObservableInstruments();
            return string.Concat(_families.OrderBy(family => family.Key, StringComparer.Ordinal).Select(family => family.Value.Tell()));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _listener.Dispose();

    private Family Open(Instrument instrument)
    {
        lock (_gate)
            return _families[instrument.Name] = new Family(instrument);
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? family)
    {
        lock (_gate)
            ((Family)family!).Take(value, isSum: !instrument.IsObservable, tags);
    }
}
