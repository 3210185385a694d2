using System.Diagnostics.Metrics;

namespace AksArcJit.Messaging.Events;

/// <summary>Meter <c>AksArcJit.Messaging</c>, every instrument by <c>source</c>.</summary>
internal sealed class EventMetrics : IDisposable
{
    public const string MeterName = "AksArcJit.Messaging";
    private readonly Meter _meter;
    private readonly Counter<long> _settled;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _disconnects;

    public EventMetrics(IMeterFactory meters, IEnumerable<EventSourceState> sources)
    {
        _meter = meters.Create(MeterName);
        _settled = _meter.CreateCounter<long>("aksarcjit.events.settled", "{event}", "Events settled, by outcome: heard, ignored, dead-lettered, abandoned.");
        _deadLettered = _meter.CreateCounter<long>("aksarcjit.events.dead_lettered", "{event}", "Events dead-lettered or refused, by reason.");
        _retries = _meter.CreateCounter<long>("aksarcjit.events.retries", "{try}", "Events held in hand and heard again, by reason: journal-away, or fault.");
        _disconnects = _meter.CreateCounter<long>("aksarcjit.events.disconnects", "{connection}", "Connections that ended or could not be made.");
        _meter.CreateObservableGauge("aksarcjit.events.lag", () => Each(state => state.Status.Lag?.TotalSeconds), "s", "From the source's time of the newest event to when it was heard.");
        _meter.CreateObservableGauge("aksarcjit.events.connected", () => Each(state => state.Status.IsConnected ? 1d : 0d), "{connection}", "1 while connected.");

        IEnumerable<Measurement<double>> Each(Func<EventSourceState, double?> read) =>
            sources.Select(state => (Value: read(state), state.Name)).Where(one => one.Value is not null)
                .Select(one => new Measurement<double>(one.Value!.Value, new KeyValuePair<string, object?>("source", one.Name)));
    }

    public void Settled(string source, string outcome) => _settled.Add(1, new("source", source), new("outcome", outcome));

    public void DeadLettered(string source, string reason) => _deadLettered.Add(1, new("source", source), new("reason", reason));

    public void Retried(string source, string reason) => _retries.Add(1, new("source", source), new("reason", reason));

    public void Disconnected(string source) => _disconnects.Add(1, new KeyValuePair<string, object?>("source", source));

    public void Dispose() => _meter.Dispose();
}
