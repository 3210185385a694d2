using Amqp;

namespace AksArcJit.Messaging.Tests.Amqp;

/// <summary>A queue of a message broker that the suite runs against.</summary>
public interface IMessageBroker : IDisposable
{
    int Port { get; }

    /// <summary>How a source of the options reaches the queue through <paramref name="port"/>.</summary>
    EventSourceOptions SourceAt(int port);

    /// <summary>How an outlet of the options reaches it through <paramref name="port"/>.</summary>
    EventOutletOptions OutletAt(int port);

    /// <summary>What an outlet sent, in order, once <paramref name="least"/> are there.</summary>
    Task<IReadOnlyList<Message>> SentAsync(int least);

    Task SendAsync(IEnumerable<Message> messages);

    /// <summary>Bodies of what was dead-lettered, taken from there once <paramref name="least"/> are there.</summary>
    Task<IReadOnlyList<Message>> DeadAsync(int least);

    /// <summary>What nobody has settled; nobody else may be connected.</summary>
    Task<int> LeftAsync();

    /// <summary>Locks of connections that are gone run out, where there are locks.</summary>
    void ExpireLocks();
}
