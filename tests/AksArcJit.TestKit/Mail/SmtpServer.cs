using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace AksArcJit.TestKit.Mail;

/// <summary>A mail that the server took.</summary>
/// <param name="Source">Headers and body as they came, dot-stuffing undone.</param>
/// <param name="IsEncrypted">Whether it came over TLS.</param>
/// <param name="User">Who signed in; null for nobody.</param>
public sealed record TakenMail(string From, IReadOnlyList<string> To, string Source, bool IsEncrypted, string? User);

/// <summary>
/// A mail server on loopback that speaks enough of SMTP (RFC 5321, STARTTLS, AUTH PLAIN and LOGIN) for a real client, with a certificate
/// of its own, and that fails as a test wants it to.
/// </summary>
public sealed class SmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate = Certificate();
    private readonly ConcurrentBag<Task> _sessions = [];
    private readonly Task _accepting;

    public SmtpServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>TLS from the first byte.</summary>
    public bool IsImplicit { get; init; }

    public bool OffersStartTls { get; init; } = true;

    /// <summary>User and password that are wanted; null where nobody signs in.</summary>
    public (string User, string Password)? Account { get; init; }

    /// <summary>The answer to a recipient; null accepts.</summary>
    public Func<string, string?> ToRecipient { get; set; } = _ => null;

    /// <summary>The answer to a whole mail; null takes it, an empty one takes it and cuts the line without a word.</summary>
    public Func<TakenMail, string?> ToMail { get; set; } = _ => null;

    /// <summary>While set, nobody is greeted.</summary>
    public bool Hangs { get; set; }

    public ConcurrentQueue<TakenMail> Taken { get; } = new();

    /// <summary>Connections so far.</summary>
    public int Connections { get; private set; }

    /// <summary>The certificate as a PEM file would hold it.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_sessions);
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Connections++;
                _sessions.Add(ServeAsync(client));
            }
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Nobody is listened to any more.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            await new Session(this, client.GetStream()).RunAsync(_stop.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
        {
            // The client went, or was cut off, or did not trust us.
        }
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mail.test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class Session(SmtpServer server, Stream raw)
    {
        private Stream _stream = raw;
        private bool _isEncrypted;
        private string? _user;

        public async Task RunAsync(CancellationToken stop)
        {
            if (server.Hangs)
                await Task.Delay(Timeout.Infinite, stop);
            if (server.IsImplicit)
                await EncryptAsync(stop);
            await SayAsync("220 mail.test", stop);
            var (from, to) = ("", new List<string>());
            while (await HearAsync(stop) is { } line)
            {
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                switch (verb)
                {
                    case "EHLO" or "HELO":
                        string[] offers = ["mail.test", .. server.OffersStartTls && !_isEncrypted ? ["STARTTLS"] : Array.Empty<string>(), .. server.Account is null ? Array.Empty<string>() : ["AUTH PLAIN LOGIN"], "8BITMIME"];
                        await SayAsync(string.Join("\r\n", offers.Select((offer, i) => $"250{(i < offers.Length - 1 ? '-' : ' ')}{offer}")), stop);
                        break;
                    case "STARTTLS":
                        await SayAsync("220 go ahead", stop);
                        await EncryptAsync(stop);
                        break;
                    case "AUTH":
                        await SayAsync(await SignInAsync(line, stop) ? "235 welcome" : "535 no", stop);
                        break;
                    case "MAIL" when server.Account is not null && _user is null:
                        await SayAsync("530 sign in first", stop);
                        break;
                    case "MAIL":
                        (from, to) = (Address(line), []);
                        await SayAsync("250 ok", stop);
                        break;
                    case "RCPT":
                        var refusal = server.ToRecipient(Address(line));
                        if (refusal is null)
                            to.Add(Address(line));
                        await SayAsync(refusal ?? "250 ok", stop);
                        break;
                    case "DATA":
                        await SayAsync("354 go ahead", stop);
                        var mail = new TakenMail(from, to, await ContentAsync(stop), _isEncrypted, _user);
                        var answer = server.ToMail(mail);
                        if (string.IsNullOrEmpty(answer))
                            server.Taken.Enqueue(mail);
                        if (answer?.Length == 0)
                            return;
                        await SayAsync(answer ?? "250 taken", stop);
                        break;
                    case "QUIT":
                        await SayAsync("221 bye", stop);
                        return;
                    default:
                        await SayAsync("250 ok", stop);
                        break;
                }
            }
        }

        private async Task EncryptAsync(CancellationToken stop)
        {
            var tls = new SslStream(_stream);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = server._certificate }, stop);
            (_stream, _isEncrypted) = (tls, true);
        }

        private async Task<bool> SignInAsync(string line, CancellationToken stop)
        {
            var words = line.Split(' ');
            var (user, password) = ("", "");
            if (words[1].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
            {
                var fields = Decoded(words.Length > 2 ? words[2] : await AskAsync("", stop)).Split('\0');
                (user, password) = (fields[1], fields[2]);
            }
            else
            {
                user = Decoded(words.Length > 2 ? words[2] : await AskAsync("Username:", stop));
                password = Decoded(await AskAsync("Password:", stop));
            }
            if (server.Account != (user, password))
                return false;
            _user = user;
            return true;
        }

        private async Task<string> AskAsync(string what, CancellationToken stop)
        {
            await SayAsync($"334 {Convert.ToBase64String(Encoding.UTF8.GetBytes(what))}", stop);
            return await HearAsync(stop) ?? "";
        }

        private async Task<string> ContentAsync(CancellationToken stop)
        {
            var content = new StringBuilder();
            while (await HearAsync(stop) is { } line && line != ".")
                content.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            return content.ToString();
        }

        private async Task SayAsync(string line, CancellationToken stop)
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), stop);
            await _stream.FlushAsync(stop);
        }

        /// <summary>Null at the end.</summary>
        private async Task<string?> HearAsync(CancellationToken stop)
        {
            var line = new List<byte>();
            var one = new byte[1];
            while (await _stream.ReadAsync(one, stop) == 1)
            {
                if (one[0] == '\n')
                    return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
                line.Add(one[0]);
            }
            return null;
        }

        private static string Address(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

        private static string Decoded(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
    }
}
