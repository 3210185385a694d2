using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace AksArcJit.Messaging.Amqp;

/// <summary>
/// Keeps the locks of messages in hand: each is renewed when half of its time is over (<c>com.microsoft:renew-lock</c>). Times are counted
/// from when a message came, so that a broker whose clock is elsewhere does no harm.
/// </summary>
internal sealed class LockRenewal(RequestLink management, TimeProvider time, Action<string> failed)
{
    private static readonly Symbol LockedUntil = "x-opt-locked-until";
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _renewAt = new();

    public void Hold(Message message)
    {
        if (message.DeliveryTag is not { Length: 16 } tag || message.MessageAnnotations?.Map.TryGetValue(LockedUntil, out var value) != true || value is not DateTime until)
            return;
        _renewAt[new Guid(tag)] = HalfTo(MessageReader.Utc(until));
    }

    public void Release(Message message)
    {
        if (message.DeliveryTag is { Length: 16 } tag)
            _renewAt.TryRemove(new Guid(tag), out _);
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(Tick, time, cancellation);
            var now = time.GetUtcNow();
            foreach (var token in _renewAt.Where(held => held.Value <= now).Select(held => held.Key).ToList())
                await RenewAsync(token, cancellation);
        }
    }

    private async Task RenewAsync(Guid token, CancellationToken cancellation)
    {
        try
        {
            var answer = await management.AskAsync(new Message
            {
                BodySection = new AmqpValue { Value = new Map { ["lock-tokens"] = new[] { token } } },
                ApplicationProperties = new ApplicationProperties { ["operation"] = "com.microsoft:renew-lock" },
            }, Patience, cancellation);
            var until = answer.Body is Map map && map["expirations"] is DateTime[] { Length: > 0 } times ? MessageReader.Utc(times[0]) : time.GetUtcNow();
            if (_renewAt.ContainsKey(token))
                _renewAt[token] = HalfTo(until);
        }
        catch (Exception failure) when (failure is AmqpException or TimeoutException)
        {
            // A lock that is lost stays lost: the message comes again and is recognised.
            _renewAt.TryRemove(token, out _);
            failed(failure.Message);
        }
    }

    private DateTimeOffset HalfTo(DateTimeOffset until)
    {
        var now = time.GetUtcNow();
        var half = (until - now) / 2;
        return now + (half > Shortest ? half : Shortest / 2);
    }
}
