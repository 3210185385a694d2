using AksArcJit.Broker.Options;
using AksArcJit.Messaging.Notices;

namespace AksArcJit.Messaging.Tests.Notices;

public sealed class NoticeOptionsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public NoticeOptionsTests() => File.WriteAllText(_file, $"whsec_{Convert.ToBase64String(new byte[32])}\n");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Options_WhenRight_ThenThereIsNoFault()
    {
        Assert.Empty(Faults(new() { Directory = "outbox" }, approver: new() { Name = "Ada" }));
        Assert.Empty(Faults(
            new()
            {
                Smtp = new() { Host = "smtp.example.com", From = "AksArcJit <access@example.com>", User = "u", PasswordFile = _file, CaFile = _file },
                Webhook = new() { Url = "https://chat.example.com/hook", KeyFile = _file },
            },
            new() { Channels = ["smtp", "webhook"], Operators = ["ops@example.com"] },
            new() { Mail = "ada@contoso.example", Channels = ["webhook", "smtp"] }));
        Assert.Empty(Faults(new() { Smtp = new() { Host = "127.0.0.1", Port = 2525, Tls = "none", From = "a@b.example" } }, approver: new() { Mail = "ada@contoso.example" }));
    }

    [Fact]
    public void Options_WhenTheWebhooksKeyChanges_ThenTwoStandBesideEachOther()
    {
        Assert.Empty(Faults(new() { Webhook = new() { Url = "https://chat.example.com/hook", KeyFiles = [_file, _file] } }, approver: new() { Name = "Ada" }));
        Assert.Contains(Faults(new() { Webhook = new() { Url = "https://chat.example.com/hook", KeyFiles = [_file, _file, _file] } }, approver: new() { Name = "Ada" }),
            fault => fault.StartsWith("notices.webhook.keyFiles:", StringComparison.Ordinal));
        Assert.Contains(Faults(new() { Webhook = new() { Url = "https://chat.example.com/hook", KeyFile = _file, KeyFiles = [_file] } }, approver: new() { Name = "Ada" }),
            fault => fault.StartsWith("notices.webhook.keyFiles:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ada@contoso.example\r\nBcc: eve@evil.example")]
    [InlineData("ada\u0001@contoso.example")]
    public void Options_WhenAnAddressHoldsControlCharacters_ThenItIsNone(string mail) =>
        Assert.NotEmpty(Faults(new() { Smtp = new() { Host = "127.0.0.1", Port = 2525, Tls = "none", From = "a@b.example" } }, approver: new() { Mail = mail }));

    [Fact]
    public void Options_WhenWrongEverywhere_ThenEveryFaultIsToldAtOnce()
    {
        var faults = Faults(
            new()
            {
                Smtp = new() { Host = "not a host", Port = 70000, Tls = "none", From = "nobody\r\nBcc: x@y", User = "u", CaFile = "nowhere" },
                Webhook = new() { Url = "http://chat.example.com", KeyFile = "nowhere" },
            },
            new() { Channels = ["smtp", "smtp", "pigeon"], Operators = ["ops@example.com, eve@evil.example"] },
            new() { Mail = "Ada <ada@contoso.example>", Channels = ["files"] });
        foreach (var start in new[]
        {
            "notices.channels: 'smtp' stands 2 times", "notices.channels: 'pigeon' is not configured", "notices.operators:", "clusters[0].approvers[0].channels: 'files'",
            "clusters[0].approvers[0].mail:", "notices.smtp.host:", "notices.smtp.port:", "notices.smtp.tls:", "notices.smtp.user, passwordFile:", "notices.smtp.caFile:",
            "notices.smtp.from:", "notices.webhook.url:", "notices.webhook.keyFile:",
        })
            Assert.Single(faults, fault => fault.StartsWith(start, StringComparison.Ordinal));
        Assert.Equal(13, faults.Count);
    }

    [Fact]
    public void Options_WhenMailIsTheOnlyWayAndAnApproverHasNone_ThenThatIsAFault() =>
        Assert.Single(Faults(new() { Smtp = new() { Host = "smtp.example.com", From = "a@b.example" } }, approver: new() { Name = "Ada" }),
            fault => fault.StartsWith("clusters[0].approvers[0].mail:", StringComparison.Ordinal));

    [Fact]
    public void Options_WhenThereIsNoWay_ThenThatIsAFault() =>
        Assert.Single(Faults(new(), approver: new() { Mail = "ada@contoso.example" }), fault => fault.StartsWith("notices:", StringComparison.Ordinal));

    private static List<string> Faults(NoticeChannelOptions channels, NoticeOptions? notices = null, ApproverOptions? approver = null) =>
        [.. NoticeChannelOptionsValidation.Faults(channels, notices ?? new(), new BrokerOptions { Clusters = [new ClusterOptions { Approvers = approver is null ? [] : [approver] }] })];
}
