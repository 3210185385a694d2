using System.Text;
using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Notices;
using AksArcJit.TestKit.Mail;
using Microsoft.Extensions.Time.Testing;
using MimeKit;

namespace AksArcJit.Messaging.Tests.Notices;

/// <summary>The channel and a mail server, over real sockets.</summary>
public sealed class SmtpTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("aksarcjit-smtp-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Deliver_ThenTheMailIsWholeInBothPartsAndItsIdIsTheNotices()
    {
        await using var server = new SmtpServer();
        var notice = SomeNotice.Asking();

        Assert.IsType<NoticeDelivery.Taken>(await Plain(server).DeliverAsync(notice, CancellationToken.None));

        var taken = Assert.Single(server.Taken);
        Assert.Equal(("access@example.test", "ada@contoso.example"), (taken.From, Assert.Single(taken.To)));
        var mail = Parse(taken);
        Assert.Equal($"{notice.Id}@example.test", mail.MessageId);
        Assert.Equal("Consent asked: Erika Engineer on Edge 01, 2 h", mail.Subject);
        Assert.Equal(notice.Letter.Plain, mail.TextBody!.ReplaceLineEndings("\n"));
        Assert.Equal(notice.Letter.Html, mail.HtmlBody!.ReplaceLineEndings("\n"));
        Assert.Contains(SomeNotice.Link.AbsoluteUri, mail.TextBody, StringComparison.Ordinal);
        Assert.Equal("auto-generated", mail.Headers[HeaderId.AutoSubmitted]);
        Assert.Equal("AksArcJit <aksarcjit-notices.example.test>", mail.Headers[HeaderId.ListId]);
        Assert.Equal([$"{notice.Thread}@example.test"], mail.References);
        Assert.DoesNotContain(SomeNotice.Link.Segments[^1], string.Join('\n', mail.Headers.Select(header => header.ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_WhenSentAgain_ThenItIsADuplicateToTheMailSystem()
    {
        await using var server = new SmtpServer { ToMail = _ => "" };
        var channel = Plain(server);
        Assert.IsType<NoticeDelivery.Failed>(await channel.DeliverAsync(SomeNotice.Asking(), CancellationToken.None));
        server.ToMail = _ => null;
        Assert.IsType<NoticeDelivery.Taken>(await channel.DeliverAsync(SomeNotice.Asking(), CancellationToken.None));
        Assert.Single(server.Taken.Select(taken => Parse(taken).MessageId).Distinct());
        Assert.Equal(2, server.Taken.Count);
    }

    [Theory]
    [InlineData(SmtpOptions.StartTls)]
    [InlineData(SmtpOptions.Implicit)]
    public async Task Deliver_WhenTheServersAuthorityIsNamed_ThenItGoesOverTlsWithSignIn(string tls)
    {
        await using var server = new SmtpServer { IsImplicit = tls == SmtpOptions.Implicit, Account = ("broker", "a secret") };
        var channel = new SmtpChannel(Options(server, tls, server.CertificatePem, "a secret"), TimeProvider.System);

        Assert.IsType<NoticeDelivery.Taken>(await channel.DeliverAsync(SomeNotice.Asking(), CancellationToken.None));

        var taken = Assert.Single(server.Taken);
        Assert.Equal((true, "broker"), (taken.IsEncrypted, taken.User));
    }

    [Fact]
    public async Task Deliver_WhenNobodyVouchesForTheServer_ThenNothingIsSent()
    {
        await using var server = new SmtpServer { Account = ("broker", "a secret") };
        await using var other = new SmtpServer();
        foreach (var authority in new[] { null, other.CertificatePem })
        {
            var failed = Assert.IsType<NoticeDelivery.Failed>(
                await new SmtpChannel(Options(server, SmtpOptions.StartTls, authority, "a secret"), TimeProvider.System).DeliverAsync(SomeNotice.Asking(), CancellationToken.None));
            Assert.StartsWith("The server's certificate does not hold:", failed.Reason, StringComparison.Ordinal);
        }
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task Deliver_WhenTheServerOffersNoStartTls_ThenNothingIsSentInTheClear()
    {
        await using var server = new SmtpServer { OffersStartTls = false };
        Assert.IsType<NoticeDelivery.Failed>(await new SmtpChannel(Options(server, SmtpOptions.StartTls), TimeProvider.System).DeliverAsync(SomeNotice.Asking(), CancellationToken.None));
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task Deliver_WhenThePasswordIsWrong_ThenItFailsWithoutSayingIt()
    {
        await using var server = new SmtpServer { Account = ("broker", "a secret") };
        var failed = Assert.IsType<NoticeDelivery.Failed>(
            await new SmtpChannel(Options(server, SmtpOptions.StartTls, server.CertificatePem, "wrong-password"), TimeProvider.System).DeliverAsync(SomeNotice.Asking(), CancellationToken.None));
        Assert.DoesNotContain("wrong-password", failed.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("550 no such user", true)]
    [InlineData("551 not here", true)]
    [InlineData("553 no such name", true)]
    [InlineData("550 5.1.1 no such user", true)]
    [InlineData("550 5.7.1 relaying denied", false)]
    [InlineData("450 busy", false)]
    [InlineData("552 full", false)]
    [InlineData("554 policy", false)]
    public async Task Deliver_WhenTheRecipientIsRefused_ThenOnlyAnUnknownMailboxIsForGood(string answer, bool isForGood)
    {
        await using var server = new SmtpServer { ToRecipient = _ => answer };
        var delivery = await Plain(server).DeliverAsync(SomeNotice.Asking(), CancellationToken.None);
        Assert.Equal(isForGood ? typeof(NoticeDelivery.Refused) : typeof(NoticeDelivery.Failed), delivery.GetType());
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task Deliver_WhenTheMailIsRefused_ThenItFails()
    {
        await using var server = new SmtpServer { ToMail = _ => "554 looks like spam" };
        Assert.Equal("The server answers 554 (MessageNotAccepted).", Assert.IsType<NoticeDelivery.Failed>(await Plain(server).DeliverAsync(SomeNotice.Asking(), CancellationToken.None)).Reason);
    }

    [Fact]
    public async Task Deliver_WhenTheServerHangs_ThenItIsGivenUpInTime()
    {
        await using var server = new SmtpServer { Hangs = true };
        var time = new FakeTimeProvider();
        var delivering = new SmtpChannel(Options(server, SmtpOptions.None), time).DeliverAsync(SomeNotice.Asking(), CancellationToken.None);
        await Waiting.UntilAsync(() => server.Connections == 1);
        Assert.False(delivering.IsCompleted);
        time.Advance(SmtpChannel.Patience);
        Assert.Equal("The server did not answer within 20 s.", Assert.IsType<NoticeDelivery.Failed>(await delivering).Reason);
    }

    [Fact]
    public async Task Deliver_WhenThereIsNoServer_ThenItFails()
    {
        var server = new SmtpServer();
        var options = Options(server, SmtpOptions.None);
        await server.DisposeAsync();
        Assert.IsType<NoticeDelivery.Failed>(await new SmtpChannel(options, TimeProvider.System).DeliverAsync(SomeNotice.Asking(), CancellationToken.None));
    }

    [Fact]
    public async Task Deliver_WhenWordsOfOthersAreHostile_ThenTheyAddNoHeaderAndNoRecipient()
    {
        await using var server = new SmtpServer();
        const string Evil = "Eve\r\nBcc: all@victim.example\r\n\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n";
        Assert.IsType<NoticeDelivery.Taken>(await Plain(server).DeliverAsync(SomeNotice.Asking(engineer: Evil, name: Evil), CancellationToken.None));

        var taken = Assert.Single(server.Taken);
        Assert.Equal("ada@contoso.example", Assert.Single(taken.To));
        var mail = Parse(taken);
        Assert.Empty(mail.Bcc);
        Assert.Equal("ada@contoso.example", Assert.Single(mail.To.Mailboxes).Address);
        Assert.DoesNotContain("\nBcc:", taken.Source, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("access@example.test", taken.From);
    }

    [Theory]
    [InlineData("ada@contoso.example", true)]
    [InlineData("a@b@c", false)]
    [InlineData("ada@contoso.example, eve@evil.example", false)]
    [InlineData("ada@contoso.example\r\nBcc: eve@evil.example", false)]
    [InlineData("Ada <ada@contoso.example>", false)]
    [InlineData("<@relay.example:ada@contoso.example>", false)]
    [InlineData("ada", false)]
    public void Reaches_ThenOnlyWhoHasOneBareAddress(string mail, bool reached) =>
        Assert.Equal(reached, new SmtpChannel(new SmtpOptions(), TimeProvider.System).Reaches(new Addressee("Ada", [mail], TimeZoneInfo.Utc)));

    [Fact]
    public async Task Deliver_WhenThereAreSeveralOperators_ThenTheyGetOneMail()
    {
        await using var server = new SmtpServer();
        Assert.IsType<NoticeDelivery.Taken>(await Plain(server).DeliverAsync(SomeNotice.Lapsed("one@ops.example", "two@ops.example"), CancellationToken.None));
        Assert.Equal(["one@ops.example", "two@ops.example"], Assert.Single(server.Taken).To);
    }

    [Theory]
    [InlineData("one@ops.example")]
    [InlineData("two@ops.example")]
    public async Task Deliver_WhenOneOfSeveralIsUnknown_ThenTheOthersGetIt(string unknown)
    {
        await using var server = new SmtpServer { ToRecipient = mail => mail == unknown ? "550 no such user" : null };
        Assert.IsType<NoticeDelivery.Taken>(await Plain(server).DeliverAsync(SomeNotice.Lapsed("one@ops.example", "two@ops.example"), CancellationToken.None));
        Assert.DoesNotContain(unknown, Assert.Single(Assert.Single(server.Taken).To), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one@ops.example", "two@ops.example")]
    [InlineData("two@ops.example", "one@ops.example")]
    public async Task Deliver_WhenOneIsUnknownAndTheOtherIsBusy_ThenItIsTriedAgain(string unknown, string busy)
    {
        await using var server = new SmtpServer { ToRecipient = mail => mail == unknown ? "550 no such user" : "450 busy" };
        Assert.IsType<NoticeDelivery.Failed>(await Plain(server).DeliverAsync(SomeNotice.Lapsed(unknown, busy), CancellationToken.None));
        Assert.Empty(server.Taken);
    }

    private SmtpChannel Plain(SmtpServer server) => new(Options(server, SmtpOptions.None), TimeProvider.System);

    private SmtpOptions Options(SmtpServer server, string tls, string? authority = null, string? password = null)
    {
        var options = new SmtpOptions { Host = "127.0.0.1", Port = server.Port, Tls = tls, From = "AksArcJit <access@example.test>" };
        if (authority is not null)
            File.WriteAllText(options.CaFile = Path.Combine(_directory, "ca.pem"), authority);
        if (password is not null)
            File.WriteAllText(options.PasswordFile = Path.Combine(_directory, "password"), password + "\n");
        options.User = password is null ? "" : "broker";
        return options;
    }

    private static MimeMessage Parse(TakenMail taken) => MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(taken.Source)), CancellationToken.None);
}
