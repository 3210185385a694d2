using AksArcJit.Messaging.Tests.Amqp;

namespace AksArcJit.Messaging.Tests.Outlets;

public sealed class RabbitMqOutletTests(RabbitMq rabbit) : OutletSuite
{
    protected override async Task<IMessageBroker> BrokerAsync() => new RabbitMqQueue(rabbit, await rabbit.QueueAsync());
}
