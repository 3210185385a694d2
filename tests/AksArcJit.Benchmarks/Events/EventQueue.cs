using System.Text;
using AksArcJit.TestKit.Amqp;
using Amqp;
using Amqp.Framing;

namespace AksArcJit.Benchmarks.Events;

/// <summary>A durable quorum queue of a RabbitMQ of our own, filled before each measurement.</summary>
internal sealed class EventQueue(RabbitMq rabbit, string name)
{
    public string Entity => $"/amq/queue/{name}";

    public string Address => $"amqp://127.0.0.1:{rabbit.Port}";

    public string PasswordFile => rabbit.PasswordFile;

    public Task<Connection> ConnectAsync() =>
        new ConnectionFactory().CreateAsync(new Address("127.0.0.1", rabbit.Port, RabbitMq.User, rabbit.Password, "/", "AMQP"));

    /// <summary>Events that no one has heard before, one after another for each of the tickets.</summary>
    public async Task FillAsync(int count, int tickets)
    {
        var connection = await ConnectAsync();
        var sender = new SenderLink(new Session(connection), "filling", Entity);
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => sender.SendAsync(MessageOf(number, tickets))));
        await connection.CloseAsync();
    }

    private static Message MessageOf(int number, int tickets) => new()
    {
        Header = new Header { Durable = true },
        Properties = new Properties { ContentType = "application/json" },
        ApplicationProperties = new ApplicationProperties
        {
            ["cloudEvents:specversion"] = "1.0",
            ["cloudEvents:id"] = $"e-{Guid.NewGuid():N}",
            ["cloudEvents:type"] = "com.aksarcjit.ticket.updated.v1",
            ["cloudEvents:source"] = "https://tickets.test/",
        },
        BodySection = new Data
        {
            Binary = Encoding.UTF8.GetBytes(
                $$"""{"ticketId":"CASE-{{number % tickets}}","customer":"contoso","clusterIds":["edge-01"],"title":"As of {{number}}","severity":"2","status":"Active"}"""),
        },
    };
}
