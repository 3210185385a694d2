using System.Text.Json.Nodes;
using AksArcJit.TestKit.Mail;

namespace AksArcJit.Server.Tests.Harness;

/// <summary>A broker that mails, over TLS to a server with its own certificate, and writes files where mail fails.</summary>
public sealed class MailHarness : BrokerHarness, IAsyncDisposable
{
    public SmtpServer Mail { get; } = new() { Account = ("broker", "the password of the mail account") };

    public override JsonObject Options()
    {
        File.WriteAllText(Path.Combine(Directory, "mail.password"), "the password of the mail account\n");
        File.WriteAllText(Path.Combine(Directory, "mail.pem"), Mail.CertificatePem);
        var options = base.Options();
        options["notices"]!["smtp"] = new JsonObject
        {
            ["host"] = "127.0.0.1",
            ["port"] = Mail.Port,
            ["caFile"] = "mail.pem",
            ["user"] = "broker",
            ["passwordFile"] = "mail.password",
            ["from"] = "AksArcJit <access@broker.example>",
        };
        options["notices"]!["operators"] = new JsonArray("ops@broker.example");
        foreach (var cluster in options["clusters"]!.AsArray())
            cluster!["approvers"]![0]!["timeZone"] = "Europe/Berlin";
        return options;
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        await Mail.DisposeAsync();
    }
}
