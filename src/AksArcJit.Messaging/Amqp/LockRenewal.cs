using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace AksArcJit.Messaging.Amqp;

/// <summary>
/// Keeps the locks of messages in hand: each is renewed when half of its time is over (<c>com.microsoft:renew-lock</c>), and what gets no
/// answer is asked again until the lock's end. Times are counted from when a message came, so that a broker whose clock is elsewhere does
/// no harm.
/// </summary>
internal sealed class LockRenewal(RequestLink management, TimeProvider time, Action<string> failed)
{
    private static readonly Symbol LockedUntil = "x-opt-locked-until";
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<Guid, HeldLock> _held = new();

    public void Hold(Message message)
    {
        if (message.DeliveryTag is not { Length: 16 } tag || message.MessageAnnotations?.Map.TryGetValue(LockedUntil, out var value) != true || value is not DateTime until)
            return;
        _held[new Guid(tag)] = LockTo(MessageReader.Utc(until));
    }

    public void Release(Message message)
    {
        if (message.DeliveryTag is { Length: 16 } tag)
            _held.TryRemove(new Guid(tag), out _);
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(Tick, time, cancellation);
            var now = time.GetUtcNow();
            await Task.WhenAll(_held.Where(one => one.Value.RenewAt <= now).Select(one => RenewAsync(one.Key, one.Value, cancellation)).ToList());
        }
    }

    private async Task RenewAsync(Guid token, HeldLock held, CancellationToken cancellation)
    {
        try
        {
            var answer = await management.AskAsync(new Message
            {
                BodySection = new AmqpValue { Value = new Map { ["lock-tokens"] = new[] { token } } },
                ApplicationProperties = new ApplicationProperties { ["operation"] = "com.microsoft:renew-lock" },
            }, Patience, cancellation);
            var until = answer.Body is Map map && map["expirations"] is DateTime[] { Length: > 0 } times ? MessageReader.Utc(times[0]) : time.GetUtcNow();
            _held.TryUpdate(token, LockTo(until), held);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // A lock that is lost stays lost: the message comes again and is recognised.
            var isLost = failure is AmqpException { Error.Condition: var condition } && condition == ErrorCode.NotFound;
            if (isLost || time.GetUtcNow() >= held.Until)
                _held.TryRemove(token, out _);
            else
                _held.TryUpdate(token, held with { HasFailed = true }, held);
            if (isLost || !held.HasFailed)
                failed(failure.Message);
        }
    }

    private HeldLock LockTo(DateTimeOffset until)
    {
        var now = time.GetUtcNow();
        var left = until - now;
        return new HeldLock(now + (left > Shortest * 2 ? left / 2 : Shortest / 2), left > Shortest ? until : now + Shortest, HasFailed: false);
    }

    private sealed record HeldLock(DateTimeOffset RenewAt, DateTimeOffset Until, bool HasFailed);
}
