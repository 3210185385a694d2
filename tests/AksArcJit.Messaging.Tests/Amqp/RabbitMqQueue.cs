using AksArcJit.TestKit.Amqp;
using Amqp;

namespace AksArcJit.Messaging.Tests.Amqp;

/// <summary>One queue of the RabbitMQ that runs.</summary>
public sealed class RabbitMqQueue(RabbitMq rabbit, string queue) : IMessageBroker
{
    private static readonly TimeSpan Empty = TimeSpan.FromMilliseconds(500);

    public int Port => rabbit.Port;

    public EventSourceOptions SourceAt(int port) => new()
    {
        Name = "rabbitmq",
        Kind = EventSourceOptions.Amqp,
        Address = $"amqp://127.0.0.1:{port}",
        Entity = $"/amq/queue/{queue}",
        User = RabbitMq.User,
        PasswordFile = rabbit.PasswordFile,
        VirtualHost = "/",
    };

    public EventOutletOptions OutletAt(int port) => new()
    {
        Name = "rabbitmq",
        Kind = AmqpPeerOptions.Amqp,
        Address = $"amqp://127.0.0.1:{port}",
        Entity = $"/amq/queue/{queue}",
        User = RabbitMq.User,
        PasswordFile = rabbit.PasswordFile,
        VirtualHost = "/",
    };

    public async Task<IReadOnlyList<Message>> SentAsync(int least)
    {
        var connection = await ConnectAsync();
        var receiver = new ReceiverLink(new Session(connection), "sent", $"/amq/queue/{queue}");
        var sent = new List<Message>();
        while (await receiver.ReceiveAsync(sent.Count < least ? TimeSpan.FromSeconds(30) : Empty) is { } message)
        {
            receiver.Accept(message);
            sent.Add(message);
        }
        await connection.CloseAsync();
        return sent;
    }

    public async Task SendAsync(IEnumerable<Message> messages)
    {
        var connection = await ConnectAsync();
        var sender = new SenderLink(new Session(connection), "sender", $"/amq/queue/{queue}");
        await Task.WhenAll(messages.Select(message => sender.SendAsync(message)));
        await connection.CloseAsync();
    }

    public async Task<IReadOnlyList<Message>> DeadAsync(int least)
    {
        var connection = await ConnectAsync();
        var receiver = new ReceiverLink(new Session(connection), "dead", $"/amq/queue/{queue}.dead");
        var dead = new List<Message>();
        while (await receiver.ReceiveAsync(dead.Count < least ? TimeSpan.FromSeconds(30) : Empty) is { } message)
        {
            receiver.Accept(message);
            dead.Add(message);
        }
        await connection.CloseAsync();
        return dead;
    }

    public async Task<int> LeftAsync()
    {
        var connection = await ConnectAsync();
        var receiver = new ReceiverLink(new Session(connection), "left", $"/amq/queue/{queue}");
        var left = 0;
        while (await receiver.ReceiveAsync(Empty) is not null)
            left++;
        await connection.CloseAsync();
        return left;
    }

    public void ExpireLocks()
    {
        // It knows none: what a connection held is ready again when the connection is gone.
    }

    public void Dispose()
    {
        // The broker stays for the other tests.
    }

    private Task<Connection> ConnectAsync() => new ConnectionFactory().CreateAsync(new Address("127.0.0.1", rabbit.Port, RabbitMq.User, rabbit.Password, "/", "AMQP"));
}
