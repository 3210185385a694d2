using System.Text.Json.Nodes;
using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Notices;
using AksArcJit.TestKit;

namespace AksArcJit.Messaging.Tests.Notices;

public sealed class FileChannelTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("aksarcjit-files-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Deliver_WhenConsentIsAsked_ThenTheFileIsTheOneThatMailersKnow()
    {
        Assert.IsType<NoticeDelivery.Taken>(await DeliverAsync(SomeNotice.Asking()));

        var file = Assert.Single(Directory.GetFiles(_directory, $"{Sample.Id(7)}-*.json"));
        Assert.Single(Directory.GetFiles(_directory));
        var said = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        Assert.Equal(SomeNotice.Link.AbsoluteUri, said["link"]!.ToString());
        Assert.Equal(("consentAsked", "ada@contoso.example", "PT2H", "cluster"), (said["kind"]!.ToString(), said["to"]!["mail"]!.ToString(), said["duration"]!.ToString(), said["scope"]!.ToString()));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Deliver_WhenItIsAnotherNotice_ThenItsFileIsApartAndHoldsNoLink()
    {
        var notice = SomeNotice.Lapsed();
        Assert.IsType<NoticeDelivery.Taken>(await DeliverAsync(notice));
        Assert.Empty(Directory.GetFiles(_directory, $"{Sample.Id(7)}-*.json"));
        var text = await File.ReadAllTextAsync(Path.Combine(_directory, $"{notice.Id}.json"), TestContext.Current.CancellationToken);
        Assert.Equal(("endedWithoutAccess", notice.Letter.Plain), (JsonNode.Parse(text)!["kind"]!.ToString(), JsonNode.Parse(text)!["text"]!.ToString()));
        Assert.DoesNotContain("\"link\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_WhenItStandsAlready_ThenItIsLeftAsItIs()
    {
        await DeliverAsync(SomeNotice.Asking());
        var file = Assert.Single(Directory.GetFiles(_directory));
        await File.WriteAllTextAsync(file, "taken by the mailer", TestContext.Current.CancellationToken);
        Assert.IsType<NoticeDelivery.Taken>(await DeliverAsync(SomeNotice.Asking()));
        Assert.Equal("taken by the mailer", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Deliver_WhenTheDirectoryCannotBe_ThenItFails()
    {
        var file = Path.Combine(_directory, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        Assert.IsType<NoticeDelivery.Failed>(await new FileChannel(file).DeliverAsync(SomeNotice.Asking(), CancellationToken.None));
    }

    private Task<NoticeDelivery> DeliverAsync(OutgoingNotice notice) => new FileChannel(_directory).DeliverAsync(notice, CancellationToken.None);
}
