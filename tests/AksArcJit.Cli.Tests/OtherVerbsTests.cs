using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Journal;

namespace AksArcJit.Cli.Tests;

public sealed class OtherVerbsTests : IAsyncDisposable
{
    private readonly Broker broker = new();
    private readonly Folder folder = new();

    public async ValueTask DisposeAsync()
    {
        await broker.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Checkpoint_WhenTheStoreIsBehindItsAnchor_ThenExits2AndSaysSo()
    {
        var anchor = folder.Anchor(broker.Scene);
        Assert.Equal(ExitCodes.Done, (await Cli.RunAsync(broker, "audit", "checkpoint", "--anchor", anchor)).ExitCode);
        broker.Scene.Checkpoints.RemoveAt(broker.Scene.Checkpoints.Count - 1);
        var cli = await Cli.RunAsync(broker, "audit", "checkpoint", "--anchor", anchor);
        Assert.Equal(ExitCodes.Damaged, cli.ExitCode);
        Assert.Contains($"DAMAGE  checkpoint {broker.Scene.Checkpoints.Count + 1}: checkpoint dropped.", cli.Out, StringComparison.Ordinal);
        Assert.Contains("the store is an older one", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_WhenNdjson_ThenTheFileCanBeVerified()
    {
        var file = folder["export.ndjson"];
        Assert.Equal(ExitCodes.Done, (await Cli.RunAsync(broker, "audit", "export", "--out", file)).ExitCode);
        Assert.Equal(ExitCodes.Done, (await Cli.RunAsync(["audit", "verify", file, "--anchor", folder.Anchor(broker.Scene)])).ExitCode);
        Assert.Equal(["anchor.ndjson", "export.ndjson"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Export_WhenToStandardOutput_ThenNothingElseIsThere()
    {
        var cli = await Cli.RunAsync(broker, "audit", "export", "--format", "json");
        Assert.Equal(broker.Checkpoints.Count() + broker.Facts.Count(), JsonNode.Parse(cli.Out)!.AsArray().Count);
    }

    [Fact]
    public async Task Export_WhenCsv_ThenNoCellIsAFormula()
    {
        var stream = broker.Scene.Rows.Keys.First();
        broker.Scene.Rows[stream] = [HashChain.Seal(stream, 0, HashChain.Start, "=cmd|' /C calc'!A0", "@SUM(1)", broker.Scene.Now, "+1,\"x\"\r\n"u8.ToArray())];
        var cli = await Cli.RunAsync(broker, "audit", "export", "-f", "csv");
        Assert.Contains("\"'=cmd|' /C calc'!A0\",\"'@SUM(1)\"", cli.Out, StringComparison.Ordinal);
        Assert.Contains("\"'+1,\"\"x\"\"\r\n\"", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_WhenFiltered_ThenTheBrokerIsAskedForThat()
    {
        await Cli.RunAsync(broker, "audit", "export", "--ticket", "CASE 1&x", "--after", "2026-03-02", "--cluster", "edge-01");
        Assert.Equal("/api/v1/journal?after=2026-03-02T00%3A00%3A00Z&ticket=CASE%201%26x&cluster=edge-01", broker.Asked[^1]);
        Assert.Equal(ExitCodes.Failed, (await Cli.RunAsync(broker, "audit", "export", "--before", "soon")).ExitCode);
    }

    [Fact]
    public async Task Export_WhenTheStreamIsCut_ThenNothingIsWritten()
    {
        broker.Instead = async context =>
        {
            await context.Response.OutputStream.WriteAsync(Broker.Text(broker.Checkpoints, isCut: true));
            context.Response.Close();
        };
        var cli = await Cli.RunAsync(broker, "audit", "export", "--out", folder["export.ndjson"]);
        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Path));
        Assert.Equal("", (await Cli.RunAsync(broker, "audit", "export")).Out);
    }

    [Fact]
    public async Task Export_WhenTheFileCannotBeWritten_ThenExits1() =>
        Assert.Equal(ExitCodes.Failed, (await Cli.RunAsync(broker, "audit", "export", "--out", folder["no/such/folder"])).ExitCode);

    [Fact]
    public async Task Checkpoint_WhenSound_ThenShowsTheNewest()
    {
        var cli = await Cli.RunAsync(broker, "audit", "checkpoint", "--key", folder.Key(), "--anchor", folder.Anchor(broker.Scene));
        Assert.Equal(ExitCodes.Done, cli.ExitCode);
        Assert.StartsWith($"checkpoint {broker.Scene.Checkpoints.Count}\n", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoint_WhenThereIsNone_ThenExits1()
    {
        broker.Scene.Checkpoints.Clear();
        Assert.Equal(ExitCodes.Failed, (await Cli.RunAsync(broker, "audit", "checkpoint")).ExitCode);
    }

    [Fact]
    public async Task Checkpoint_WhenOneIsMissing_ThenExits2()
    {
        broker.Scene.Checkpoints.RemoveAt(0);
        Assert.Equal(ExitCodes.Damaged, (await Cli.RunAsync(broker, "audit", "checkpoint")).ExitCode);
    }

    [Fact]
    public async Task Show_WhenARequest_ThenTellsEachFact()
    {
        var (stream, rows) = broker.Scene.Rows.First();
        rows.Add(HashChain.Seal(stream, rows.Count, rows[^1].Hash, "f", "GrantHeld", rows[^1].At, Encoding.UTF8.GetBytes("""{"reason":"\u001b[31m[red]boo"}""")));
        var cli = await Cli.RunAsync(broker, "audit", "show", stream.Text);
        Assert.Equal(ExitCodes.Done, cli.ExitCode);
        Assert.Contains("[red]boo", cli.Out, StringComparison.Ordinal);
        // By the names that the request itself gives.
        Assert.DoesNotContain("22222222-2222-2222-2222-222222222222", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', cli.Out);
        rows[0] = rows[0] with { At = rows[0].At.AddTicks(1) };
        Assert.Equal(ExitCodes.Damaged, (await Cli.RunAsync(broker, "audit", "show", stream.Text, "-o", "json")).ExitCode);
        Assert.Equal(ExitCodes.Failed, (await Cli.RunAsync(broker, "audit", "show", "no-id")).ExitCode);
    }

    [Fact]
    public async Task Bundle_WhenFetched_ThenIsTheBrokersBytes()
    {
        broker.Bundle = "PK and more"u8.ToArray();
        Assert.Equal(ExitCodes.Done, (await Cli.RunAsync(broker, "audit", "bundle", "--ticket", "CASE-1", "--out", folder["e.zip"])).ExitCode);
        Assert.Equal(broker.Bundle, File.ReadAllBytes(folder["e.zip"]));
        Assert.Equal("/api/v1/tickets/CASE-1/evidence", broker.Asked[^1]);
        Assert.Equal(ExitCodes.Failed, (await Cli.RunAsync(broker, "audit", "bundle")).ExitCode);
    }

    [Theory]
    [InlineData("--format", "xml")]
    [InlineData("--nothing", "x")]
    public async Task AnyVerb_WhenTheCommandLineIsWrong_ThenExits1(string option, string value) =>
        Assert.Equal(ExitCodes.Failed, (await Cli.RunAsync(broker, "audit", "export", option, value)).ExitCode);
}
