using Amqp.Framing;
using Amqp.Types;

namespace AksArcJit.Messaging.Amqp;

/// <summary>
/// How a broker is told what became of a message. Complete is accepted everywhere. Service Bus counts a failed delivery when it is told
/// modified with delivery-failed, and dead-letters what is rejected as com.microsoft:dead-letter (Microsoft, "AMQP 1.0 in Service Bus").
/// RabbitMQ 3.10 closes a session on modified, so that elsewhere abandon is released; rejected goes to the queue's dead-letter exchange.
/// </summary>
internal abstract class BrokerProfile
{
    private static readonly Symbol DeadLetterCondition = "com.microsoft:dead-letter";
    private static readonly Symbol DeadLetterReason = "DeadLetterReason";
    private static readonly Symbol DeadLetterDescription = "DeadLetterErrorDescription";

    public static readonly BrokerProfile ServiceBus = new OfServiceBus();
    public static readonly BrokerProfile Standard = new OfTheStandard();

    public abstract Outcome Abandon { get; }

    public static Outcome Complete => new Accepted();

    public static Outcome DeadLetter(string reason, string detail) => new Rejected
    {
        Error = new Error(DeadLetterCondition)
        {
            Description = reason,
            Info = new Fields { [DeadLetterReason] = reason, [DeadLetterDescription] = detail },
        },
    };

    private sealed class OfServiceBus : BrokerProfile
    {
        public override Outcome Abandon => new Modified { DeliveryFailed = true };
    }

    private sealed class OfTheStandard : BrokerProfile
    {
        public override Outcome Abandon => new Released();
    }
}
