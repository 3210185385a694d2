namespace AksArcJit.Messaging.Tests.Amqp;

public sealed class RabbitMqEventTests(RabbitMq rabbit) : EventSuite
{
    protected override async Task<IMessageBroker> BrokerAsync() => new RabbitMqQueue(rabbit, await rabbit.QueueAsync());
}
