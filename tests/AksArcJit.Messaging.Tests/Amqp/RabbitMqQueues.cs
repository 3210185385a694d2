using AksArcJit.TestKit.Amqp;

[assembly: AssemblyFixture(typeof(RabbitMq))]

namespace AksArcJit.Messaging.Tests.Amqp;

internal static class RabbitMqQueues
{
    /// <summary>A queue of its own for a test, which is skipped where RabbitMQ is not installed.</summary>
    public static async Task<RabbitMqQueue> NewAsync(this RabbitMq rabbit)
    {
        Assert.SkipUnless(RabbitMq.IsInstalled, "RabbitMQ is not installed (Debian package rabbitmq-server); ./scripts/test.sh installs it.");
        return new RabbitMqQueue(rabbit, await rabbit.QueueAsync());
    }
}
