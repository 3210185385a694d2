using AksArcJit.Lifecycle;
using Amqp;
using Amqp.Framing;

namespace AksArcJit.Messaging.Amqp;

/// <summary>
/// The messages of one link that are taken and not yet settled: at most as many as there is credit. Credit goes back in halves, and only when
/// all that was given is used: RabbitMQ 3.10 miscounts credit that crosses deliveries, and then sends nothing more. What waits for the journal
/// keeps its own: while the journal is away nothing is settled and so nothing taken, and a single chain that it does not give holds up no other.
/// Where one ticket's events fill the hand behind such a chain, the hand grows.
/// </summary>
internal sealed class Hand
{
    // As many as the options let one hand hold.
    private const int Most = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly ReceiverLink _receiver;
    private readonly BrokerProfile _profile;
    private readonly LockRenewal? _locks;
    private readonly int _credit;
    private readonly CancellationToken _end;
    private readonly InOrder<TicketId> _order = new();
    private readonly HashSet<Message> _waiting = [];
    private int _room;
    private int _given;
    private int _spent;
    private int _held;

    /// <param name="end">The link is gone, or the process stops.</param>
    public Hand(ReceiverLink receiver, BrokerProfile profile, LockRenewal? locks, int credit, CancellationToken end) =>
        (_receiver, _profile, _locks, _credit, _end) = (receiver, profile, locks, credit, end);

    /// <summary>The link is gone, or the process stops.</summary>
    public CancellationToken End => _end;

    public void Open(Action<Message> take)
    {
        _receiver.Start(0, (_, message) =>
        {
            lock (_gate)
                (_held, _given) = (_held + 1, _given - 1);
            _locks?.Hold(message);
            take(message);
        });
        _given = _room = _credit;
        _receiver.SetCredit(_credit, CreditMode.Manual);
    }

    /// <summary>Until the link is gone or the process stops.</summary>
    public Task EndedAsync() =>
        Task.Delay(Timeout.InfiniteTimeSpan, _end).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Lets what has begun settle before the link is closed; what waits for the journal is left to its lock, and comes again.</summary>
    public async Task FinishAsync(TimeProvider time)
    {
        var idle = _order.IdleAsync();
        await Task.WhenAny(idle, Task.Delay(Patience, time));
    }

    public void Enqueue(TicketId ticket, Func<Task> work) => _order.Enqueue(ticket, work);

    /// <returns>True where no other message waited for the journal before.</returns>
    public bool Withhold(Message message)
    {
        bool isFirst;
        lock (_gate)
            isFirst = _waiting.Add(message) && _waiting.Count == 1;
        // Less than half may be spent, and those that are left in hand all wait behind this one: no settling would bring the rest back.
        GiveBack();
        Grow();
        return isFirst;
    }

    public void Abandon(Message message) => Settle(message, _profile.Abandon);

    public void Settle(Message message, Outcome outcome)
    {
        _locks?.Release(message);
        if (!TryOnLink(() => _receiver.Complete(message, outcome)))
            return;
        lock (_gate)
        {
            _held--;
            _waiting.Remove(message);
            if (_waiting.Count == 0)
                _room = _credit;
            if (_held + _given + _spent < _room)
                _spent++;
        }
        GiveBack();
    }

    // Nothing but what waits is in hand, and all of it is one ticket's: whether the journal is away, only another ticket's event can tell.
    private void Grow()
    {
        lock (_gate)
        {
            if (_held < _room || _room + _credit > Most || _order.Keys > 1 || _end.IsCancellationRequested)
                return;
            (_room, _given) = (_room + _credit, _credit);
        }
        TryOnLink(() => _receiver.SetCredit(_credit, CreditMode.Manual));
    }

    private void GiveBack()
    {
        int back;
        lock (_gate)
        {
            if (_spent == 0 || _given > 0 || _end.IsCancellationRequested || (_waiting.Count == 0 && _spent * 2 < _credit && _held > 0))
                return;
            (back, _given, _spent) = (_spent, _spent, 0);
        }
        TryOnLink(() => _receiver.SetCredit(back, CreditMode.Manual));
    }

    /// <returns>False where the link is gone. What it held comes again on the next one, and its events are recognised.</returns>
    private static bool TryOnLink(Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception gone) when (gone is AmqpException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }
}
