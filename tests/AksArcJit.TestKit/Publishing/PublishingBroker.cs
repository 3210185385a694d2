using System.Diagnostics.Metrics;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Publishing;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace AksArcJit.TestKit.Publishing;

/// <summary>One broker process that sends events out, over a world that outlives it.</summary>
public sealed class PublishingBroker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="log">Null where no checkpoints are made.</param>
    public PublishingBroker(World world, int seed, IReadOnlyList<IEventOutlet> outlets, IJournal? journal = null, ICheckpointLog? log = null)
    {
        var unpublished = new Unpublished([.. outlets.Select(outlet => outlet.Name)], world.Clock);
        Broker = new TestBroker(journal ?? world.Journal, new FakeClusters(world.Cluster), world.Clock, seed, log: log, followers: [unpublished]);
        Publisher = new Publisher(
            Broker.Journal, unpublished, outlets, new PublishingMetrics(Meters), new SeededEntropy(seed), world.Clock, NullLogger<Publisher>.Instance);
        _running = Publisher.RunAsync(_stop.Token);
    }

    public TestBroker Broker { get; }

    public Publisher Publisher { get; }

    public TestMeters Meters { get; } = new();

    /// <summary>An orderly stop: what is being sent is sent and marked.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        Meters.Dispose();
    }
}

/// <summary>Meters of one test, and what their counters count.</summary>
public sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> _meters = [];
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, double> _values = [];

    public TestMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, this))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags, isSum: true));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags, isSum: false));
        _listener.Start();
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    /// <summary>By <c>instrument/first tag</c>; zero where nothing was measured.</summary>
    public double Read(string name)
    {
        _listener.RecordObservableInstruments();
        lock (_gate)
            return _values.GetValueOrDefault(name);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(meter => meter.Dispose());
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, bool isSum)
    {
        var name = tags.Length > 0 ? $"{instrument.Name}/{tags[0].Value}" : instrument.Name;
        lock (_gate)
            _values[name] = isSum ? _values.GetValueOrDefault(name) + value : value;
    }
}
