using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Journal;
using AksArcJit.Journal.Tests.Verification;

namespace AksArcJit.Cli.Tests;

public sealed class VerifyTests : IAsyncDisposable
{
    private readonly Broker broker = new();
    private readonly Folder folder = new();

    public async ValueTask DisposeAsync()
    {
        await broker.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Verify_WhenTheLiveJournalIsSound_ThenExits0AndNamesItsHorizon()
    {
        var cli = await Cli.RunAsync(broker, "audit", "verify", "--anchor", folder.Anchor(broker.Scene), "--key", folder.Key());
        Assert.True(cli.ExitCode == ExitCodes.Done, cli.Out + cli.Error);
        Assert.Contains("nothing is damaged", cli.Out, StringComparison.Ordinal);
        Assert.Contains($"anchored up to checkpoint {broker.Scene.Checkpoints.Count}", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Not excluded", cli.Out, StringComparison.Ordinal);
        Assert.Equal(["/api/v1/checkpoints", "/api/v1/journal"], broker.Asked);
    }

    [Fact]
    public async Task Verify_WhenARowWasEdited_ThenExits2AndNamesTheRow()
    {
        var rows = broker.Scene.Rows.Values.First();
        rows[1] = rows[1] with { Payload = "{}"u8.ToArray() };
        var cli = await Cli.RunAsync(broker, "audit", "verify");
        Assert.Equal(ExitCodes.Damaged, cli.ExitCode);
        Assert.Contains($"DAMAGE  request {rows[1].Stream}, row 2: value edited.", cli.Out, StringComparison.Ordinal);
        Assert.Contains("Not excluded", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhenJson_ThenSaysTheSameToPrograms()
    {
        var rows = broker.Scene.Rows.Values.First();
        rows.RemoveAt(1);
        var cli = await Cli.RunAsync(broker, "audit", "verify", "-o", "json", "--anchor", folder.Anchor(broker.Scene));
        var json = JsonNode.Parse(cli.Out)!;
        Assert.Equal((ExitCodes.Damaged, "damaged"), (cli.ExitCode, (string?)json["verdict"]));
        Assert.Equal(("RowDeleted", rows[0].Stream.Text, 2), ((string?)json["damages"]![0]!["kind"], (string?)json["damages"]![0]!["request"], (int?)json["damages"]![0]!["row"]));
        Assert.Equal(broker.Scene.Checkpoints.Count, (int?)json["horizon"]!["anchoredCheckpoint"]);
    }

    [Fact]
    public async Task Verify_WhenTheNewestCheckpointsAreGone_ThenTheAnchorTells()
    {
        var anchor = folder.Anchor(broker.Scene);
        broker.Scene.Checkpoints.RemoveAt(broker.Scene.Checkpoints.Count - 1);
        Assert.Equal(ExitCodes.Done, (await Cli.RunAsync(broker, "audit", "verify")).ExitCode);
        var cli = await Cli.RunAsync(broker, "audit", "verify", "--anchor", anchor);
        Assert.Equal(ExitCodes.Damaged, cli.ExitCode);
        Assert.Contains("checkpoint dropped", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhenAnExport_ThenNeedsNoServer()
    {
        var file = folder.Write("export.ndjson", Broker.Text([.. broker.Checkpoints, .. broker.Facts]));
        Assert.Equal(ExitCodes.Done, (await Cli.RunAsync(["audit", "verify", file])).ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_WhenAnExportIsCutOff_ThenIsNoVerdict(bool withinALine)
    {
        var text = Broker.Text([.. broker.Checkpoints, .. broker.Facts], isCut: true);
        var cli = await Cli.RunAsync(["audit", "verify", folder.Write("export.ndjson", withinALine ? text[..^20] : text)]);
        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains("cut off", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhenTheStreamBreaksOff_ThenIsNoVerdict()
    {
        broker.Instead = async context =>
        {
            context.Response.ContentLength64 = 1_000_000;
            await context.Response.OutputStream.WriteAsync(Broker.Text(broker.Checkpoints, isCut: true));
            await context.Response.OutputStream.FlushAsync();
            context.Response.Abort();
        };
        var cli = await Cli.RunAsync(broker, "audit", "verify");
        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains("before its end", cli.Out + cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhenLinesAreNonsense_ThenExits2AndNothingReachesTheTerminal()
    {
        var cli = await Cli.RunAsync(["audit", "verify", folder.Write("export.ndjson",
            [.. Broker.Text([new JournalRow.Unreadable("\u001b[2Jrow\r\n", "\u202Ewhy")], isCut: true), .. Encoding.UTF8.GetBytes("hello\n"), .. Broker.Text([])])]);
        Assert.Equal(ExitCodes.Damaged, cli.ExitCode);
        Assert.DoesNotContain('\u001b', cli.Out);
        Assert.DoesNotContain('\u202E', cli.Out);
        Assert.Equal(3, cli.Out.Split("DAMAGE").Length - 1);
    }

    [Theory]
    [InlineData("--anchor", "nothing.ndjson", "anchor")]
    [InlineData("--key", "nothing.pem", "PEM")]
    public async Task Verify_WhenAFileIsMissing_ThenExits1AndSaysWhatToGive(string option, string file, string word)
    {
        var cli = await Cli.RunAsync(broker, "audit", "verify", option, folder[file]);
        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains(word, cli.Error, StringComparison.Ordinal);
        Assert.Empty(broker.Asked);
    }

    [Fact]
    public async Task Verify_WhenTheKeyIsNotTheAnchors_ThenExits1()
    {
        var other = folder.Write("other.pem", Encoding.UTF8.GetBytes(Scene.OtherSigner.ExportSubjectPublicKeyInfoPem()));
        var cli = await Cli.RunAsync(broker, "audit", "verify", "--anchor", folder.Anchor(broker.Scene), "--key", other);
        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains("key", cli.Error, StringComparison.Ordinal);
    }

    // As 'AksArcJit.Server checkpoint-key' prints them after a change of key: into one file.
    [Fact]
    public async Task Verify_WhenTheKeyFileHoldsFormerKeysToo_ThenEachIsTrusted()
    {
        var keys = folder.Write("keys.pem", Encoding.UTF8.GetBytes($"{Scene.OtherSigner.ExportSubjectPublicKeyInfoPem()}\n{Scene.Key.ToPem()}\n"));
        var cli = await Cli.RunAsync(broker, "audit", "verify", "--anchor", folder.Anchor(broker.Scene), "--key", keys);
        Assert.True(cli.ExitCode == ExitCodes.Done, cli.Out + cli.Error);
    }

    [Fact]
    public async Task Verify_WhenThePrivateKeyIsGiven_ThenRefuses()
    {
        var secret = folder.Write("private.pem", Encoding.UTF8.GetBytes(Scene.Signer.ExportPkcs8PrivateKeyPem()));
        var cli = await Cli.RunAsync(broker, "audit", "verify", "--key", secret);
        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains("private key", cli.Error, StringComparison.Ordinal);
        Assert.Empty(broker.Asked);
    }

    [Fact]
    public async Task Verify_WhenNoServerIsThere_ThenExits1()
    {
        var cli = await Cli.RunAsync(["audit", "verify", "--server", "http://127.0.0.1:1"]);
        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains("cannot be reached", cli.Error, StringComparison.Ordinal);
    }

    /// <summary>As an anchor or a key: whoever mistakes one for the export has found no damage.</summary>
    [Theory]
    [InlineData("anchor")]
    [InlineData("words")]
    [InlineData("nothing")]
    public async Task Verify_WhenTheFileIsNoExport_ThenCouldNotCheck(string what)
    {
        var file = folder["other"];
        if (what == "anchor")
            file = folder.Anchor(broker.Scene);
        else
            await File.WriteAllTextAsync(file, what == "words" ? "root:x:0:0\nnobody:x:1:1\n" : "", TestContext.Current.CancellationToken);

        var cli = await Cli.RunAsync(["audit", "verify", file]);

        Assert.Equal((ExitCodes.Failed, ""), (cli.ExitCode, cli.Out));
        Assert.Contains("is no export", cli.Error, StringComparison.Ordinal);
        Assert.Contains("--anchor", cli.Error, StringComparison.Ordinal);
    }

    /// <summary>What a script passes on when its variable is unset.</summary>
    [Fact]
    public async Task AnyVerb_WhenAFileHasNoName_ThenExits1AndSaysSo()
    {
        Assert.Contains("name is empty", (await Cli.RunAsync(["audit", "verify", ""])).Error, StringComparison.Ordinal);
        Assert.Contains("--out names no file", (await Cli.RunAsync(broker, "audit", "export", "--out", "")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhenNoServerIsNamed_ThenExits1() =>
        Assert.Contains("AKSARCJIT_SERVER", (await Cli.RunAsync(["audit", "verify"])).Error, StringComparison.Ordinal);

    [Fact]
    public async Task Verify_WhenTheTokenWouldTravelOpenly_ThenRefuses() =>
        Assert.Contains("TLS", (await Cli.RunAsync(["audit", "verify", "--server", "http://broker.example", "--token", "t"])).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData(401, "token")]
    [InlineData(403, "Auditor")]
    [InlineData(404, "does not offer")]
    [InlineData(500, "500")]
    [InlineData(302, "302")]
    public async Task Verify_WhenTheBrokerRefuses_ThenExits1AndSaysWhatToDo(int status, string word)
    {
        broker.Instead = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Close();
            return Task.CompletedTask;
        };
        var cli = await Cli.RunAsync(broker, "audit", "verify");
        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains(word, cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Broker.Token, cli.Error + cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhenJsonAndItFails_ThenTheErrorIsJson()
    {
        var cli = await Cli.RunAsync(["audit", "verify", "-o", "json"]);
        Assert.Equal("unchecked", (string?)JsonNode.Parse(cli.Out)!["verdict"]);
    }

    [Theory]
    [InlineData("../../escape.txt")]
    [InlineData("/etc/escape.txt")]
    [InlineData("a.txt")]
    public async Task Verify_WhenAZipIsHostile_ThenSaysSoAndUnpacksNothing(string entry)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        using (var content = archive.CreateEntry(entry).Open())
            content.Write("x"u8);
        var cli = await Cli.RunAsync(["audit", "verify", folder.Write("evidence.zip", zip.ToArray())]);
        Assert.Equal(ExitCodes.Damaged, cli.ExitCode);
        Assert.Equal(["evidence.zip"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    /// <summary>A gigabyte of zeros in a few kilobytes.</summary>
    [Fact]
    public async Task Verify_WhenAZipIsABomb_ThenExits1AndStatesTheLimit()
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        using (var content = archive.CreateEntry("bomb").Open())
            for (var i = 0; i < 100; i++)
                content.Write(new byte[1024 * 1024]);
        var cli = await Cli.RunAsync(["audit", "verify", folder.Write("evidence.zip", zip.ToArray())]);
        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains("more than", cli.Out, StringComparison.Ordinal);
    }
}
