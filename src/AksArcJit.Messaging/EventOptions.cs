namespace AksArcJit.Messaging;

/// <summary>Section <c>events</c>: where ticket events come from, and where the broker's own go. Nothing of it need be there.</summary>
public sealed class EventOptions
{
    public IList<EventSourceOptions> Sources { get; set; } = [];

    public WebhookOptions Webhook { get; set; } = new();

    public IList<EventOutletOptions> Outlets { get; set; } = [];
}

/// <summary>One end of a link to an AMQP 1.0 broker.</summary>
public abstract class AmqpPeerOptions
{
    public const string ServiceBus = "serviceBus";
    public const string Amqp = "amqp";

    /// <summary>Its name in health, metrics, logs and the journal: 1 to 63 of a-z 0-9 -.</summary>
    public string Name { get; set; } = "";

    /// <summary><c>serviceBus</c>, or <c>amqp</c> for any other broker, such as RabbitMQ.</summary>
    public string Kind { get; set; } = ServiceBus;

    /// <summary><c>amqps://host[:port]</c>; <c>amqp://</c> on loopback only.</summary>
    public string Address { get; set; } = "";

    /// <summary>
    /// To hear from: with Service Bus <c>queue</c> or <c>topic/Subscriptions/name</c>, with RabbitMQ <c>/amq/queue/name</c>. To send to: with
    /// Service Bus <c>queue</c> or <c>topic</c>, with RabbitMQ <c>/amq/queue/name</c> or <c>/exchange/name</c> (the routing key is the event's type).
    /// </summary>
    public string Entity { get; set; } = "";

    /// <summary>Service Bus: the name of a shared access key with Listen, or Send; left out, the default Azure credential is used.</summary>
    public string SasKeyName { get; set; } = "";

    /// <summary>The file that holds the shared access key, as the portal shows it.</summary>
    public string SasKeyFile { get; set; } = "";

    /// <summary>Other brokers: the user for SASL PLAIN; left out, ANONYMOUS.</summary>
    public string User { get; set; } = "";

    public string PasswordFile { get; set; } = "";

    /// <summary>RabbitMQ: the virtual host; left out, the broker's default.</summary>
    public string VirtualHost { get; set; } = "";

    /// <summary>A PEM file of the authorities that may have issued the broker's certificate; left out, those of the machine.</summary>
    public string CaFile { get; set; } = "";
}

/// <summary>A queue or topic subscription that ticket events come from.</summary>
public sealed class EventSourceOptions : AmqpPeerOptions
{
    /// <summary>How many events may be in hand at once, 1 to 1000.</summary>
    public int Credit { get; set; } = 100;

    /// <summary>Whose tickets it may speak of; empty means anybody's.</summary>
    public IList<string> Customers { get; set; } = [];
}

/// <summary>Where the broker's own events go: a queue or topic, or with kind <c>webhook</c> an address.</summary>
public sealed class EventOutletOptions : AmqpPeerOptions
{
    public const string Webhook = "webhook";
    public const string Binary = "binary";
    public const string Structured = "structured";

    /// <summary>How a CloudEvent becomes an AMQP message: <c>binary</c>, or <c>structured</c>. A webhook is always structured: its signature covers the body.</summary>
    public string Mode { get; set; } = Binary;

    /// <summary>Webhook: absolute; https, or http on loopback.</summary>
    public string Url { get; set; } = "";

    /// <summary>Webhook: files with <c>whsec_</c> and 24 to 64 random bytes in base64, one or, while the receiver changes its key, two.</summary>
    public IList<string> KeyFiles { get; set; } = [];
}

/// <summary><c>POST /api/v1/events</c>, signed as Standard Webhooks has it. Without keys it does not exist.</summary>
public sealed class WebhookOptions
{
    public IList<WebhookKeyOptions> Keys { get; set; } = [];

    /// <summary>ISO 8601: how far the signature's time may lie from ours, either way. PT1S to PT1H.</summary>
    public string Tolerance { get; set; } = "PT5M";
}

/// <summary>A sender's key. For a rotation, two stand under one name until the sender has changed.</summary>
public sealed class WebhookKeyOptions
{
    /// <summary>The sender's name in health, metrics, logs and the journal: 1 to 63 of a-z 0-9 -.</summary>
    public string Name { get; set; } = "";

    /// <summary>A file with <c>whsec_</c> and 24 to 64 random bytes in base64.</summary>
    public string KeyFile { get; set; } = "";

    /// <summary>Whose tickets the sender may speak of; empty means anybody's.</summary>
    public IList<string> Customers { get; set; } = [];
}
