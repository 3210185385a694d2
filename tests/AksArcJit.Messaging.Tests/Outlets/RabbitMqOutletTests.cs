using AksArcJit.Messaging.Tests.Amqp;
using AksArcJit.TestKit.Amqp;

namespace AksArcJit.Messaging.Tests.Outlets;

public sealed class RabbitMqOutletTests(RabbitMq rabbit) : OutletSuite
{
    protected override async Task<IMessageBroker> BrokerAsync() => await rabbit.NewAsync();
}
