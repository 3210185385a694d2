using System.Net.Sockets;
using System.Security.Authentication;
using AksArcJit.Broker.Ports;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace AksArcJit.Messaging.Notices;

/// <summary>Mail by SMTP: a connection a notice, with TLS and sign-in as the options say, given up after <see cref="Patience"/>.</summary>
internal sealed class SmtpChannel(SmtpOptions options, TimeProvider time) : INoticeChannel
{
    public const string ChannelName = "smtp";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public string Name => ChannelName;

    public bool Reaches(Addressee addressee) => addressee.Mails.Count > 0 && addressee.Mails.All(MailAddress.IsOne);

    public async Task<NoticeDelivery> DeliverAsync(OutgoingNotice notice, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await SendAsync(notice, either.Token);
            return new NoticeDelivery.Taken();
        }
        catch (SmtpCommandException refused) when (IsFinal(refused))
        {
            return new NoticeDelivery.Refused($"The server answers {(int)refused.StatusCode} to the recipient.");
        }
        catch (SmtpCommandException refused)
        {
            return new NoticeDelivery.Failed($"The server answers {(int)refused.StatusCode} ({refused.ErrorCode}).");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new NoticeDelivery.Failed($"The server did not answer within {Patience.TotalSeconds:0} s.");
        }
        catch (SslHandshakeException untrusted)
        {
            return new NoticeDelivery.Failed($"The server's certificate does not hold: {FirstLine(untrusted.InnerException?.Message ?? untrusted.Message)}");
        }
        catch (Exception fault) when (fault is SmtpProtocolException or ServiceNotConnectedException or ServiceNotAuthenticatedException or NotSupportedException
            or MailKit.Security.AuthenticationException or System.Security.Authentication.AuthenticationException or SocketException or IOException or UnauthorizedAccessException)
        {
            return new NoticeDelivery.Failed($"The mail could not be sent: {FirstLine(fault.Message)}");
        }
    }

    private async Task SendAsync(OutgoingNotice notice, CancellationToken cancellation)
    {
        using var client = new ToThoseKnown
        {
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CheckCertificateRevocation = false,
        };
        if (options.CaFile.Length > 0)
            client.ServerCertificateValidationCallback = PrivateAuthorities.Trusting(options.CaFile);
        var (security, port) = options.Tls switch
        {
            SmtpOptions.StartTls => (SecureSocketOptions.StartTls, 587),
            SmtpOptions.Implicit => (SecureSocketOptions.SslOnConnect, 465),
            SmtpOptions.None => (SecureSocketOptions.None, 25),
            _ => throw new InvalidOperationException($"{options.Tls} is no way of TLS."),
        };
        await client.ConnectAsync(options.Host.Trim('[', ']'), options.Port > 0 ? options.Port : port, security, cancellation);
        // Read each time: a password that is changed needs no restart.
        if (options.User.Length > 0)
            await client.AuthenticateAsync(options.User, (await File.ReadAllTextAsync(options.PasswordFile, cancellation)).Trim(), cancellation);
        // The options are validated by then.
        await client.SendAsync(MailWriter.Write(notice, MailAddress.Sender(options.From)!, time.GetUtcNow()), cancellation);
        // Taken: what happens to the farewell changes nothing.
        await client.DisconnectAsync(quit: false, CancellationToken.None);
    }

    // A mailbox that the server does not know (RFC 5321 section 4.2.3: 550, 551, 553) is unknown tomorrow; anything else may be mended, a
    // 550 that is the server's policy (RFC 3463 section 3.8: 5.7.x, such as "relaying denied") by whoever runs the server.
    private static bool IsFinal(SmtpCommandException refused) => refused.ErrorCode == SmtpErrorCode.RecipientNotAccepted
        && (int)refused.StatusCode is 550 or 551 or 553 && !refused.Message.StartsWith("5.7.", StringComparison.Ordinal);

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();

    /// <summary>One address of several that is refused keeps the others from nothing; what may be mended is told rather than what may not.</summary>
    private sealed class ToThoseKnown : SmtpClient
    {
        private SmtpCommandException? _refused;

        protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
        {
            var refused = new SmtpCommandException(SmtpErrorCode.RecipientNotAccepted, response.StatusCode, mailbox, response.Response);
            if (_refused is null || !IsFinal(refused))
                _refused = refused;
        }

        protected override void OnNoRecipientsAccepted(MimeMessage message) => throw _refused!;
    }
}
