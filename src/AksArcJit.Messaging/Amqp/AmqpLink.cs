using AksArcJit.Broker.Ports;
using Amqp;
using Amqp.Framing;
using Amqp.Sasl;

namespace AksArcJit.Messaging.Amqp;

/// <summary>One connection to a broker with the link that messages come or go on: TLS, SASL and, with Service Bus, claims are settled when it is open.</summary>
internal sealed class AmqpLink : IAsyncDisposable
{
    private const int IdleMilliseconds = 60_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Connection _connection;
    private readonly CancellationTokenSource _closed = new();
    private string _reason = "the connection was closed";
    private Error? _error;

    private AmqpLink(Connection connection) => _connection = connection;

    /// <summary>The link itself; null until it is open.</summary>
    private Link? _link;

    /// <summary>Of a connection opened to hear.</summary>
    public ReceiverLink Receiver => (ReceiverLink)_link!;

    /// <summary>Of a connection opened to send.</summary>
    public SenderLink Sender => (SenderLink)_link!;

    /// <summary>Null where the broker has no locks.</summary>
    public RequestLink? Management { get; private set; }

    /// <summary>Cancelled when the connection, its session or the link is gone.</summary>
    public CancellationToken Closed => _closed.Token;

    public string Reason => _reason;

    /// <param name="tokens">Null where the broker takes no claims.</param>
    /// <exception cref="Exception">Of many kinds: whatever stands between us and the broker.</exception>
    public static Task<AmqpLink> OpenReceiverAsync(
        AmqpPeerOptions peer, ITokens? tokens, IEntropy entropy, TimeProvider time, Action<Exception> tokenFailed, CancellationToken cancellation) =>
        OpenAsync(peer, tokens, entropy, time, tokenFailed, [peer.Entity, ManagementOf(peer)], (link, name, opening) => link.AttachReceiverAsync(peer.Entity, name, opening), cancellation);

    /// <inheritdoc cref="OpenReceiverAsync"/>
    public static Task<AmqpLink> OpenSenderAsync(
        AmqpPeerOptions peer, ITokens? tokens, IEntropy entropy, TimeProvider time, Action<Exception> tokenFailed, CancellationToken cancellation) =>
        OpenAsync(peer, tokens, entropy, time, tokenFailed, [peer.Entity], (link, name, opening) => link.AttachSenderAsync(peer.Entity, name, opening), cancellation);

    private static async Task<AmqpLink> OpenAsync(
        AmqpPeerOptions source, ITokens? tokens, IEntropy entropy, TimeProvider time, Action<Exception> tokenFailed,
        IReadOnlyList<string> entities, Func<AmqpLink, string, CancellationToken, Task> attach, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var address = new Uri(source.Address);
        var name = NameOf(source, entropy);
        var link = new AmqpLink(await ConnectAsync(source, address, patience.Token));
        try
        {
            link.CloseWith(link._connection);
            using var opening = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, link.Closed);
            if (tokens is not null)
            {
                var cbs = link.Session();
                string[] audiences = [.. entities.Select(entity => $"amqp://{address.Host}/{entity}")];
                var security = new ClaimsBasedSecurity(new RequestLink(cbs, "$cbs", $"{name}-cbs", time), tokens, audiences, time);
                var expiresAt = await security.ShowAsync(opening.Token);
                _ = security.KeepShowingAsync(expiresAt, tokenFailed, link.Closed);
                if (entities.Contains(ManagementOf(source)))
                    link.Management = new RequestLink(link.Session(), ManagementOf(source), $"{name}-management", time);
            }
            await attach(link, name, opening.Token);
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    /// <summary>From the inside out: RabbitMQ may lose settlements that are still under way when a connection is closed over them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var part in (AmqpObject?[])[_link, _link?.Session, _connection])
            await CloseAsync(part);
        await _closed.CancelAsync();
    }

    private static async Task CloseAsync(AmqpObject? part)
    {
        if (part is null or { IsClosed: true })
            return;
        try
        {
            await part.CloseAsync(TimeSpan.FromSeconds(2), null);
        }
        catch (Exception gone) when (gone is AmqpException or TimeoutException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // It went meanwhile.
        }
    }

    private static string ManagementOf(AmqpPeerOptions source) => $"{source.Entity}/$management";

    private static async Task<Connection> ConnectAsync(AmqpPeerOptions source, Uri uri, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory();
        factory.AMQP.IdleTimeout = IdleMilliseconds;
        factory.AMQP.ContainerId = $"aksarcjit-{source.Name}";
        factory.AMQP.HostName = source.VirtualHost.Length > 0 ? $"vhost:{source.VirtualHost}" : uri.Host;
        factory.SASL.Profile = SaslProfile.Anonymous;
        if (source.CaFile.Length > 0)
            factory.SSL.RemoteCertificateValidationCallback = PrivateAuthorities.Trusting(source.CaFile);
        var password = source.User.Length > 0 ? (await File.ReadAllTextAsync(source.PasswordFile, cancellation)).Trim() : null;
        var isTls = uri.Scheme == "amqps";
        var port = uri.Port > 0 ? uri.Port : isTls ? 5671 : 5672;
        var connecting = factory.CreateAsync(new Address(uri.Host, port, source.User.Length > 0 ? source.User : null, password, "/", uri.Scheme.ToUpperInvariant()), cancellation);
        try
        {
            // The client heeds the token until TCP stands, and then waits for a peer's TLS and SASL without end.
            return await connecting.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _ = CloseWhenOpenAsync(connecting);
            throw new TimeoutException($"{uri.Host}:{port} does not answer.");
        }
    }

    private static async Task CloseWhenOpenAsync(Task<Connection> connecting)
    {
        await connecting.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await CloseAsync(connecting.IsCompletedSuccessfully ? connecting.Result : null);
    }

    private Session Session()
    {
        var session = new Session(_connection);
        CloseWith(session);
        return session;
    }

    // No two instances may share a link's name: the second would take the first one's link from it.
    private static string NameOf(AmqpPeerOptions source, IEntropy entropy)
    {
        Span<byte> own = stackalloc byte[8];
        entropy.Fill(own);
        return $"aksarcjit-{source.Name}-{Convert.ToHexStringLower(own)}";
    }

    private Task AttachReceiverAsync(string entity, string name, CancellationToken cancellation) => AttachAsync(
        attached => new ReceiverLink(Session(), name,
            new Attach { Source = new Source { Address = entity }, Target = new Target(), RcvSettleMode = ReceiverSettleMode.First, SndSettleMode = SenderSettleMode.Unsettled },
            attached),
        attach => attach.Source is not null, cancellation);

    private Task AttachSenderAsync(string entity, string name, CancellationToken cancellation) => AttachAsync(
        attached => new SenderLink(Session(), name,
            new Attach { Source = new Source(), Target = new Target { Address = entity }, RcvSettleMode = ReceiverSettleMode.First, SndSettleMode = SenderSettleMode.Unsettled },
            attached),
        attach => attach.Target is not null, cancellation);

    private async Task AttachAsync(Func<OnAttached, Link> open, Func<Attach, bool> isOpen, CancellationToken cancellation)
    {
        var attached = new TaskCompletionSource<Attach>(TaskCreationOptions.RunContinuationsAsynchronously);
        _link = open((_, attach) => attached.TrySetResult(attach));
        CloseWith(_link);
        _link.AddClosedCallback((_, error) => attached.TrySetException(new AmqpException(error ?? new Error(ErrorCode.DetachForced) { Description = _reason })));
        try
        {
            if (isOpen(await attached.Task.WaitAsync(cancellation)))
                return;
            // A link that is refused is attached without a source, or target, first, and then closed with the reason.
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The reason may come so soon after that it overtakes the attach here.
        }
        throw _closed.IsCancellationRequested
            ? new AmqpException(_error ?? new Error(ErrorCode.NotFound) { Description = _reason })
            : new TimeoutException($"The broker does not answer to the link {_link.Name}.");
    }

    // Told at once where the part is closed already.
    private void CloseWith(AmqpObject part) => part.AddClosedCallback((_, error) =>
    {
        if (error is not null)
            (_error, _reason) = (error, $"{error.Condition}: {error.Description}");
        _closed.Cancel();
    });
}
