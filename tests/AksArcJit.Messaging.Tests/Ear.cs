using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Amqp;
using AksArcJit.Messaging.Events;
using AksArcJit.TestKit.Brokers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Messaging.Tests;

/// <summary>What of one process hears ticket events, over a broker of the test kit.</summary>
internal sealed class Ear : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly EventMetrics _metrics;
    private Task _running = Task.CompletedTask;

    public Ear(TestBroker broker, string name = "ear", IReadOnlyCollection<string>? customers = null)
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        State = new EventSourceState(name, customers ?? []);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == EventMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, meters))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var tag = "";
            foreach (var (key, said) in tags)
                tag = key is "outcome" or "reason" ? (string)said! : tag;
            Counts.AddOrUpdate($"{instrument.Name}/{tag}", value, (_, before) => before + value);
        });
        _listener.Start();
        _metrics = new EventMetrics(meters, [State]);
        Events = new TicketEvents(broker.Tickets, _metrics, broker.Time, new Logger<TicketEvents>(Log));
        Broker = broker;
        Hearing = new PatientHearing(State, Events, _metrics, new SeededEntropy(name.Length), broker.Time, new Logger<PatientHearing>(Log));
    }

    public TestBroker Broker { get; }

    public EventSourceState State { get; }

    public RecordingLog Log { get; } = new();

    public TicketEvents Events { get; }

    public PatientHearing Hearing { get; }

    /// <summary>By <c>instrument/outcome or reason</c>.</summary>
    public ConcurrentDictionary<string, long> Counts { get; } = [];

    public long Settled(string outcome) => Counts.GetValueOrDefault($"aksarcjit.events.settled/{outcome}");

    public long DeadLettered(string reason) => Counts.GetValueOrDefault($"aksarcjit.events.dead_lettered/{reason}");

    public Ear Listen(EventSourceOptions source, ITokens? tokens = null, int credit = 100, ILogger<AmqpEventSource>? log = null)
    {
        source.Credit = credit;
        tokens ??= source.Kind == EventSourceOptions.ServiceBus ? new SharedAccessTokens(source.SasKeyName, "c2VjcmV0", Broker.Time) : null;
        IEntropy entropy = new SeededEntropy(source.Entity.Length + Environment.TickCount);
        _running = new AmqpEventSource(source, State, tokens, Events, _metrics, entropy, Broker.Time, log ?? new Logger<AmqpEventSource>(Log)).RunAsync(_stop.Token);
        return this;
    }

    public override string ToString() => $"{State.Status} {string.Join(' ', Counts.Select(one => $"{one.Key}={one.Value}"))}";

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _metrics.Dispose();
        _listener.Dispose();
        await _services.DisposeAsync();
        _stop.Dispose();
    }
}
