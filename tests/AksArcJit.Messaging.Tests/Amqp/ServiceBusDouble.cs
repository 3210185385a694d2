using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Amqp;
using Amqp.Framing;
using Amqp.Handler;
using Amqp.Listener;
using Amqp.Types;

namespace AksArcJit.Messaging.Tests.Amqp;

/// <summary>
/// Plays one queue of Azure Service Bus over real AMQP 1.0: claims over <c>$cbs</c>, peek-locks that run out, renewal over
/// <c>$management</c>, delivery counts and a limit of them, dead-letters with reason.
/// </summary>
public sealed class ServiceBusDouble : IMessageBroker
{
    public const string Entity = "tickets/Subscriptions/aksarcjit";
    public const string Topic = "facts";
    private const int MostDeliveries = 10;
    private static readonly Symbol LockedUntilName = "x-opt-locked-until";
    private static readonly Symbol EnqueuedTimeName = "x-opt-enqueued-time";
    private readonly ContainerHost _host;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _ready = [];
    private readonly Dictionary<Guid, Entry> _locked = [];
    private readonly ConcurrentQueue<Message> _dead = [];
    private readonly ConcurrentQueue<Message> _taken = [];
    private readonly ConcurrentQueue<ListenerLink> _requestLinks = [];
    private readonly SemaphoreSlim _news = new(0);
    private readonly string _keyFile = Path.GetTempFileName();

    public ServiceBusDouble(TimeProvider time, TimeSpan? lockTime = null)
    {
        _time = time;
        LockTime = lockTime ?? TimeSpan.FromSeconds(30);
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        File.WriteAllText(_keyFile, "c2VjcmV0\n");
        _host = new ContainerHost(new Address("127.0.0.1", Port, null, null, "/", "amqp"));
        _host.Listeners[0].SASL.EnableAnonymousMechanism = true;
        _host.Listeners[0].HandlerFactory = _ => new Tagging();
        _host.RegisterRequestProcessor("$cbs", new Answering(this, PutToken));
        _host.RegisterRequestProcessor($"{Entity}/$management", new Answering(this, Renew));
        _host.RegisterMessageSource(Entity, new Delivering(this));
        _host.RegisterMessageProcessor(Topic, new Taking(this));
        _host.AddressResolver = (_, attach) => Refusal is { } refusal && attach.Role && ((Source)attach.Source).Address == Entity ? throw new AmqpException(refusal) : (attach.Role ? ((Source)attach.Source).Address == Entity : ((Target)attach.Target).Address == Topic) && Tokens.IsEmpty
            ? throw new AmqpException(ErrorCode.UnauthorizedAccess, "no token was put")
            : null;
        _host.Open();
    }

    public int Port { get; }

    public TimeSpan LockTime { get; }

    /// <summary>Of every link that would receive from the entity; null where there is none.</summary>
    public Error? Refusal { get; set; }

    /// <summary>As put: type, name, text.</summary>
    public ConcurrentQueue<(string Type, string Name, string Text)> Tokens { get; } = [];

    public bool RefusesTokens { get; set; }

    public int Refused { get; private set; }

    /// <summary>Takes that many renewals without an answer.</summary>
    public int MuteRenewals { get; set; }

    /// <summary>As Service Bus does to links that nothing came over for ten minutes.</summary>
    public async Task DetachIdleRequestLinksAsync()
    {
        // Idle is what has nothing under way: credit that crosses a detach ends the session.
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        while (_requestLinks.TryDequeue(out var link))
        {
            if (link.IsClosed)
                continue;
            var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            link.AddClosedCallback((_, _) => answered.TrySetResult());
            link.Close(TimeSpan.Zero, new Error(ErrorCode.DetachForced) { Description = "IdleTimerExpired: Idle timeout: 00:10:00." });
            await answered.Task;
        }
        // Until the client has seen the last of them.
        await Task.Delay(TimeSpan.FromMilliseconds(300));
    }

    public int Renewals { get; private set; }

    /// <summary>Deliveries of each settled or dead-lettered message, in order.</summary>
    public ConcurrentQueue<(Type Outcome, int Deliveries)> Settled { get; } = [];

    public EventSourceOptions SourceAt(int port) => new()
    {
        Name = "servicebus",
        Kind = EventSourceOptions.ServiceBus,
        Address = $"amqp://127.0.0.1:{port}",
        Entity = Entity,
        SasKeyName = "listen",
        SasKeyFile = _keyFile,
    };

    public EventOutletOptions OutletAt(int port) => new()
    {
        Name = "servicebus",
        Address = $"amqp://127.0.0.1:{port}",
        Entity = Topic,
        SasKeyName = "send",
        SasKeyFile = _keyFile,
    };

    /// <summary>What the topic answers a message; null accepts it.</summary>
    public Func<Message, Error?>? Answer { get; set; }

    public async Task<IReadOnlyList<Message>> SentAsync(int least)
    {
        await Waiting.UntilAsync(() => _taken.Count >= least);
        return [.. _taken];
    }

    public Task SendAsync(IEnumerable<Message> messages)
    {
        foreach (var message in messages)
        {
            var buffer = message.Encode();
            Enqueue(new Entry(buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray(), _time.GetUtcNow()), first: false);
        }
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<Message>> DeadAsync(int least)
    {
        await Waiting.UntilAsync(() => _dead.Count >= least);
        return [.. _dead];
    }

    public Task<int> LeftAsync()
    {
        lock (_gate)
            return Task.FromResult(_ready.Count + _locked.Count);
    }

    public int Locked
    {
        get
        {
            lock (_gate)
                return _locked.Count;
        }
    }

    public override string ToString() => $"{_ready.Count} ready, {_locked.Count} locked, {_dead.Count} dead";

    public void ExpireLocks() => Expire(entry => entry.Link is { IsClosed: true });

    public void Dispose()
    {
        _host.Close();
        File.Delete(_keyFile);
    }

    private async Task<ReceiveContext> GetMessageAsync(ListenerLink link)
    {
        while (true)
        {
            Expire(entry => entry.LockedUntil <= _time.GetUtcNow());
            lock (_gate)
                if (_ready.First is { } first)
                {
                    _ready.RemoveFirst();
                    var entry = first.Value;
                    // As Service Bus makes it: each delivery has a lock token of its own.
                    entry.Token = new Guid(Interlocked.Increment(ref Entry.Numbers), 7, 7, 1, 2, 3, 4, 5, 6, 7, 8);
                    entry.Link = link;
                    entry.LockedUntil = _time.GetUtcNow() + LockTime;
                    _locked[entry.Token] = entry;
                    return new ReceiveContext(link, entry.Deliver()) { UserToken = entry.Token };
                }
            if (link.IsClosed)
                return null!;
            await _news.WaitAsync(TimeSpan.FromMilliseconds(20));
        }
    }

    private void DisposeMessage(ReceiveContext receiveContext, DispositionContext dispositionContext)
    {
        // The library's own word for deliveries whose connection went: they stay locked.
        if (dispositionContext.DeliveryState is Rejected { Error: not { Info: not null } })
            return;
        var token = (Guid)receiveContext.UserToken;
        Entry? entry;
        lock (_gate)
            if (!_locked.Remove(token, out entry))
                return;
        switch (dispositionContext.DeliveryState)
        {
            case Accepted:
                Settled.Enqueue((typeof(Accepted), entry.Deliveries));
                break;
            case Rejected { Error: { } error }:
                Settled.Enqueue((typeof(Rejected), entry.Deliveries));
                Kill(entry, (string)error.Info[(Symbol)"DeadLetterReason"], (string)error.Info[(Symbol)"DeadLetterErrorDescription"], error.Condition);
                break;
            case Modified { DeliveryFailed: true }:
                Failed(entry);
                break;
            default:
                Enqueue(entry, first: true);
                break;
        }
        dispositionContext.Complete();
    }

    private void Expire(Func<Entry, bool> which)
    {
        List<Entry> expired;
        lock (_gate)
        {
            expired = [.. _locked.Values.Where(which)];
            foreach (var entry in expired)
                _locked.Remove(entry.Token);
        }
        expired.ForEach(Failed);
    }

    private void Failed(Entry entry)
    {
        if (++entry.Deliveries >= MostDeliveries)
            Kill(entry, "MaxDeliveryCountExceeded", "", "com.microsoft:dead-letter");
        else
            Enqueue(entry, first: true);
    }

    private void Enqueue(Entry entry, bool first)
    {
        lock (_gate)
            if (first)
                _ready.AddFirst(entry);
            else
                _ready.AddLast(entry);
        _news.Release();
    }

    private void Kill(Entry entry, string reason, string description, string condition)
    {
        var message = entry.Deliver();
        message.ApplicationProperties ??= new ApplicationProperties();
        message.ApplicationProperties["DeadLetterReason"] = reason;
        message.ApplicationProperties["DeadLetterErrorDescription"] = description;
        message.ApplicationProperties["condition"] = condition;
        _dead.Enqueue(message);
    }

    private (int, object?)? PutToken(Message request)
    {
        if (RefusesTokens)
        {
            Refused++;
            return (401, null);
        }
        Tokens.Enqueue(((string)request.ApplicationProperties["type"], (string)request.ApplicationProperties["name"], (string)request.Body));
        return (202, null);
    }

    private (int, object?)? Renew(Message request)
    {
        var token = ((Guid[])((Map)request.Body)["lock-tokens"])[0];
        lock (_gate)
        {
            if (MuteRenewals > 0)
            {
                MuteRenewals--;
                return null;
            }
            if (!_locked.TryGetValue(token, out var entry))
                return (410, null);
            Renewals++;
            entry.LockedUntil = _time.GetUtcNow() + LockTime;
            return (200, new Map { ["expirations"] = new[] { entry.LockedUntil.UtcDateTime } });
        }
    }

    private sealed class Entry(byte[] encoded, DateTimeOffset enqueuedAt)
    {
        public static int Numbers;

        public Guid Token { get; set; }

        public ListenerLink? Link { get; set; }

        public DateTimeOffset LockedUntil { get; set; }

        public int Deliveries { get; set; }

        public Message Deliver()
        {
            var message = Message.Decode(new ByteBuffer(encoded, 0, encoded.Length, encoded.Length));
            message.Header = new Header { DeliveryCount = (uint)Deliveries };
            message.MessageAnnotations = new MessageAnnotations { [LockedUntilName] = LockedUntil.UtcDateTime, [EnqueuedTimeName] = enqueuedAt.UtcDateTime };
            return message;
        }
    }

    /// <summary>The delivery's tag is its lock token.</summary>
    private sealed class Tagging : IHandler
    {
        public bool CanHandle(EventId id) => id == EventId.SendDelivery;

        public void Handle(Event protocolEvent)
        {
            var delivery = (IDelivery)protocolEvent.Context;
            if (delivery.UserToken is ReceiveContext { UserToken: Guid token })
                delivery.Tag = token.ToByteArray();
        }
    }

    // The host disposes its sources with itself.
    private sealed class Delivering(ServiceBusDouble bus) : IMessageSource
    {
        public Task<ReceiveContext> GetMessageAsync(ListenerLink link) => bus.GetMessageAsync(link);

        public void DisposeMessage(ReceiveContext receiveContext, DispositionContext dispositionContext) => bus.DisposeMessage(receiveContext, dispositionContext);
    }

    private sealed class Taking(ServiceBusDouble bus) : IMessageProcessor
    {
        public int Credit => 100;

        public void Process(MessageContext messageContext)
        {
            if (bus.Answer?.Invoke(messageContext.Message) is { } error)
            {
                messageContext.Complete(error);
                return;
            }
            bus._taken.Enqueue(messageContext.Message);
            messageContext.Complete();
        }
    }

    private sealed class Answering(ServiceBusDouble bus, Func<Message, (int Status, object? Body)?> answer) : IRequestProcessor
    {
        public int Credit => 100;

        public void Process(RequestContext requestContext)
        {
            bus._requestLinks.Enqueue(requestContext.Link);
            bus._requestLinks.Enqueue(requestContext.ResponseLink);
            if (answer(requestContext.Message) is not var (status, body))
                return;
            requestContext.Complete(new Message
            {
                ApplicationProperties = new ApplicationProperties { ["status-code"] = status, ["status-description"] = "" },
                BodySection = new AmqpValue { Value = body },
            });
        }
    }
}
