using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Amqp;
using Amqp;
using Amqp.Framing;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Messaging.Outlets;

/// <summary>
/// Sends events to a queue, a topic or an exchange over AMQP 1.0 (CloudEvents AMQP binding 1.0.2). Taken is what the broker accepted. The
/// message id is the event's id, for duplicate detection; the group id its subject, for sessions. One connection at a time, opened when it
/// is needed.
/// </summary>
internal sealed class AmqpOutlet(
    EventOutletOptions options, EventWriter writer, ITokens? tokens, IEntropy entropy, TimeProvider time, ILogger<AmqpOutlet> log) : IEventOutlet, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly SemaphoreSlim _opening = new(1);
    private AmqpLink? _link;

    public string Name => options.Name;

    public async Task<Delivery> SendAsync(Announcement announcement, CancellationToken cancellation)
    {
        using var message = MessageOf(writer.Write(announcement));
        AmqpLink? link = null;
        try
        {
            link = await LinkAsync(cancellation);
            var answer = new TaskCompletionSource<Outcome?>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var gone = link.Closed.Register(() => answer.TrySetException(new AmqpException(ErrorCode.DetachForced, link.Reason)));
            link.Sender.Send(message, (_, _, outcome, _) => answer.TrySetResult(outcome), null);
            return await answer.Task.WaitAsync(Patience, time, cancellation) switch
            {
                Accepted => new Delivery.Taken(),
                Rejected rejected => new Delivery.Refused($"{rejected.Error?.Condition}: {rejected.Error?.Description}"),
                var other => new Delivery.Away($"the broker did not accept it: {other}"),
            };
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // Of many kinds: whatever stands between us and the broker. What was sent may have arrived, and is sent again.
            if (link is not null)
                await LeaveAsync(link);
            return new Delivery.Away(failure.Message);
        }
    }

    /// <summary>
    /// Closes a link on which something is under way that nobody waits for any more: it must not arrive after what is sent next. Nothing is sent
    /// until it is closed.
    /// </summary>
    private async Task LeaveAsync(AmqpLink link)
    {
        await _opening.WaitAsync(CancellationToken.None);
        try
        {
            if (_link != link)
                return;
            _link = null;
            await link.DisposeAsync();
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_link is { } link)
            await link.DisposeAsync();
        _opening.Dispose();
    }

    private async Task<AmqpLink> LinkAsync(CancellationToken cancellation)
    {
        if (_link is { Closed.IsCancellationRequested: false } open)
            return open;
        await _opening.WaitAsync(cancellation);
        try
        {
            if (_link is { Closed.IsCancellationRequested: false } opened)
                return opened;
            if (_link is { } old)
                await old.DisposeAsync();
            _link = null;
            _link = await AmqpLink.OpenSenderAsync(options, tokens, entropy, time, failure => log.OutletTokenNotRenewed(Name, failure.Message), cancellation);
            log.OutletConnected(Name);
            return _link;
        }
        finally
        {
            _opening.Release();
        }
    }

    private Message MessageOf(OutgoingEvent told)
    {
        var isStructured = options.Mode == EventOutletOptions.Structured;
        var message = new Message
        {
            Header = new Header { Durable = true },
            Properties = new Properties
            {
                MessageId = told.Id,
                Subject = told.Type,
                GroupId = told.Subject,
                ContentType = isStructured ? OutgoingEvent.StructuredContentType : OutgoingEvent.DataContentType,
                CreationTime = told.Time.UtcDateTime,
            },
            BodySection = new Data { Binary = isStructured ? told.Structured() : told.Data },
        };
        if (!isStructured)
            message.ApplicationProperties = new ApplicationProperties
            {
                ["cloudEvents:specversion"] = OutgoingEvent.SpecVersion,
                ["cloudEvents:id"] = told.Id,
                ["cloudEvents:source"] = told.Source,
                ["cloudEvents:type"] = told.Type,
                ["cloudEvents:subject"] = told.Subject,
                ["cloudEvents:time"] = told.TimeText,
            };
        return message;
    }
}
