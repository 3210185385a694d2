using System.Diagnostics.Metrics;
using AksArcJit.Broker.Notices;
using Microsoft.Extensions.Hosting;

namespace AksArcJit.Hosting;

/// <summary>Meter <c>AksArcJit.Notices</c>: how people are told, observed when somebody collects.</summary>
internal sealed class NoticeMetrics : IHostedService, IDisposable
{
    public const string Name = "AksArcJit.Notices";

    private readonly Meter _meter;

    public NoticeMetrics(IMeterFactory meters, NoticeHealth health, TimeProvider time)
    {
        _meter = meters.Create(Name);
        _meter.CreateObservableCounter("aksarcjit.notices.delivered", () => Each(channel => channel.Taken), "{notice}", "Notices that a channel took");
        _meter.CreateObservableCounter("aksarcjit.notices.failed", () => Each(channel => channel.Failed), "{try}", "Tries that came to nothing");
        _meter.CreateObservableCounter("aksarcjit.notices.retried", () => Each(channel => channel.Retried), "{try}", "Tries that were not the first of their notice on the channel");
        _meter.CreateObservableCounter("aksarcjit.notices.undelivered", () => health.Undelivered, "{notice}", "Notices that no channel took in time: look at the channels, and tell the people yourself");
        _meter.CreateObservableGauge("aksarcjit.notices.pending", () => health.Pending.Count, "{notice}", "Notices that are due and not told yet");
        _meter.CreateObservableGauge(
            "aksarcjit.notices.lag", () => health.Pending.Oldest is { } oldest ? (time.GetUtcNow() - oldest).TotalSeconds : 0, "s", "Age of the oldest of those");

        IEnumerable<Measurement<long>> Each(Func<ChannelHealth, long> read) =>
            health.Channels.Select(channel => new Measurement<long>(read(channel), new KeyValuePair<string, object?>("channel", channel.Name)));
    }

    // Made with the host, so that there is something to observe.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();
}
