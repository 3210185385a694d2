using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AksArcJit.Broker.Ports;
using Amqp;
using Amqp.Framing;
using Amqp.Sasl;

namespace AksArcJit.Messaging.Amqp;

/// <summary>One connection to a source with the link that messages come on: TLS, SASL and, with Service Bus, claims are settled when it is open.</summary>
internal sealed class AmqpLink : IAsyncDisposable
{
    private const int IdleMilliseconds = 60_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Connection _connection;
    private readonly CancellationTokenSource _closed = new();
    private string _reason = "the connection was closed";

    private AmqpLink(Connection connection) => _connection = connection;

    /// <summary>Null until the link is open.</summary>
    public ReceiverLink Receiver { get; private set; } = null!;

    /// <summary>Null where the broker has no locks.</summary>
    public RequestLink? Management { get; private set; }

    /// <summary>Cancelled when the connection, its session or the link is gone.</summary>
    public CancellationToken Closed => _closed.Token;

    public string Reason => _reason;

    /// <param name="tokens">Null where the broker takes no claims.</param>
    /// <exception cref="Exception">Of many kinds: whatever stands between us and the broker.</exception>
    public static async Task<AmqpLink> OpenAsync(
        EventSourceOptions source, ITokens? tokens, IEntropy entropy, TimeProvider time, Action<Exception> tokenFailed, CancellationToken cancellation)
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
                string[] audiences = [.. ((string[])[source.Entity, ManagementOf(source)]).Select(entity => $"amqp://{address.Host}/{entity}")];
                var security = new ClaimsBasedSecurity(new RequestLink(cbs, "$cbs", $"{name}-cbs", time), tokens, audiences, time);
                var expiresAt = await security.ShowAsync(opening.Token);
                _ = security.KeepShowingAsync(expiresAt, tokenFailed, link.Closed);
                link.Management = new RequestLink(link.Session(), ManagementOf(source), $"{name}-management", time);
            }
            await link.AttachAsync(source.Entity, name, opening.Token);
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
        foreach (var part in (AmqpObject?[])[Receiver, Receiver?.Session, _connection])
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

    private static string ManagementOf(EventSourceOptions source) => $"{source.Entity}/$management";

    private static async Task<Connection> ConnectAsync(EventSourceOptions source, Uri uri, CancellationToken cancellation)
    {
        var factory = new ConnectionFactory();
        factory.AMQP.IdleTimeout = IdleMilliseconds;
        factory.AMQP.ContainerId = $"aksarcjit-{source.Name}";
        factory.AMQP.HostName = source.VirtualHost.Length > 0 ? $"vhost:{source.VirtualHost}" : uri.Host;
        factory.SASL.Profile = SaslProfile.Anonymous;
        if (source.CaFile.Length > 0)
            factory.SSL.RemoteCertificateValidationCallback = Trusting(source.CaFile);
        var password = source.User.Length > 0 ? (await File.ReadAllTextAsync(source.PasswordFile, cancellation)).Trim() : null;
        var isTls = uri.Scheme == "amqps";
        var port = uri.Port > 0 ? uri.Port : isTls ? 5671 : 5672;
        return await factory.CreateAsync(new Address(uri.Host, port, source.User.Length > 0 ? source.User : null, password, "/", uri.Scheme.ToUpperInvariant()), cancellation);
    }

    /// <summary>The authorities of a file instead of the machine's; name and dates hold as ever.</summary>
    private static RemoteCertificateValidationCallback Trusting(string caFile)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(caFile);
        return (_, certificate, sent, faults) =>
        {
            if (certificate is null || (faults & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
                return false;
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            foreach (var element in sent?.ChainElements ?? new X509Chain().ChainElements)
                chain.ChainPolicy.ExtraStore.Add(element.Certificate);
            using var own = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
            return chain.Build(own);
        };
    }

    private Session Session()
    {
        var session = new Session(_connection);
        CloseWith(session);
        return session;
    }

    // No two instances may share a link's name: the second would take the first one's link from it.
    private static string NameOf(EventSourceOptions source, IEntropy entropy)
    {
        Span<byte> own = stackalloc byte[8];
        entropy.Fill(own);
        return $"aksarcjit-{source.Name}-{Convert.ToHexStringLower(own)}";
    }

    private async Task AttachAsync(string entity, string name, CancellationToken cancellation)
    {
        var attached = new TaskCompletionSource<Attach>(TaskCreationOptions.RunContinuationsAsynchronously);
        Receiver = new ReceiverLink(Session(), name,
            new Attach { Source = new Source { Address = entity }, Target = new Target(), RcvSettleMode = ReceiverSettleMode.First, SndSettleMode = SenderSettleMode.Unsettled },
            (_, attach) => attached.TrySetResult(attach));
        CloseWith(Receiver);
        Receiver.AddClosedCallback((_, error) => attached.TrySetException(new AmqpException(error ?? new Error(ErrorCode.DetachForced) { Description = _reason })));
        // A link that is refused is attached without a source first, and then closed with the reason.
        if ((await attached.Task.WaitAsync(cancellation)).Source is null)
        {
            await Task.Delay(Timeout.Infinite, cancellation).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw new AmqpException(ErrorCode.NotFound, _reason);
        }
    }

    // Told at once where the part is closed already.
    private void CloseWith(AmqpObject part) => part.AddClosedCallback((_, error) =>
    {
        if (error is not null)
            _reason = $"{error.Condition}: {error.Description}";
        _closed.Cancel();
    });
}
