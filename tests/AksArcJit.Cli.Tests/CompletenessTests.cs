using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Journal.Exports;
using AksArcJit.Journal.Tests.Evidence;

namespace AksArcJit.Cli.Tests;

/// <summary>Whether a bundle holds the last facts of its chains: settled by the log of checkpoints, from a file or from the broker.</summary>
public sealed class CompletenessTests : IAsyncDisposable
{
    private readonly Broker broker = new();
    private readonly Folder folder = new();
    private readonly Logged logged = new();

    public async ValueTask DisposeAsync()
    {
        await broker.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Verify_WhenTheLogHoldsNothingLater_ThenSaysUpToWhichCheckpoint()
    {
        var cli = await VerifyAsync(logged.Bundle(4, 2, 6), "--checkpoints", Log());
        Assert.True(cli.ExitCode == ExitCodes.Done, cli.Out + cli.Error);
        Assert.Contains("Complete: up to checkpoint 4 of ", cli.Out, StringComparison.Ordinal);
        Assert.Contains("nothing later of these chains exists; not anchored", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Not excluded", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhenTheBundleWasCutBack_ThenAloneItLooksSoundAndTheLogConvicts()
    {
        var cut = logged.Bundle(2, 1, 4);
        var alone = await VerifyAsync(cut);
        Assert.Equal(ExitCodes.Done, alone.ExitCode);
        Assert.Contains("may have been left out", alone.Out, StringComparison.Ordinal);

        var cli = await VerifyAsync(cut, "--checkpoints", Log());
        Assert.Equal(ExitCodes.Damaged, cli.ExitCode);
        Assert.Contains($"DAMAGE  request {logged.Request[0].Stream}, row 5: tail truncated. The chain ends before this row; checkpoint 3 or a later one holds it up to row 6.", cli.Out, StringComparison.Ordinal);
        Assert.Contains($"DAMAGE  {logged.Ticket[0].Stream}, row 2: tail truncated.", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Complete", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhenAServerIsNamed_ThenTheLogComesFromIt()
    {
        broker.Scene.Checkpoints.Clear();
        broker.Scene.Checkpoints.AddRange(logged.Checkpoints);
        var file = folder.Write("evidence.zip", logged.Bundle(2, 1, 4));
        var cli = await Cli.RunAsync(["audit", "verify", file, "--key", Key(), "--server", broker.Url], ("AKSARCJIT_TOKEN", Broker.Token));
        Assert.Equal(ExitCodes.Damaged, cli.ExitCode);
        Assert.Contains("tail truncated", cli.Out, StringComparison.Ordinal);
        Assert.Equal(["/api/v1/checkpoints"], broker.Asked);

        // A variable alone does not make an offline verification one that asks.
        Assert.Equal(ExitCodes.Done, (await Cli.RunAsync(broker, "audit", "verify", file, "--key", Key())).ExitCode);
        Assert.Single(broker.Asked);
    }

    [Fact]
    public async Task Checkpoint_WhenWrittenToAFile_ThenABundleIsVerifiedWithIt()
    {
        broker.Scene.Checkpoints.Clear();
        broker.Scene.Checkpoints.AddRange(logged.Checkpoints);
        Assert.Equal(ExitCodes.Done, (await Cli.RunAsync(broker, "audit", "checkpoint", "--out", folder["log.ndjson"])).ExitCode);
        var cli = await VerifyAsync(logged.Bundle(3, 2, 6), "--checkpoints", folder["log.ndjson"], "-o", "json");
        var json = JsonNode.Parse(cli.Out)!;
        Assert.Equal(("clean", 4, 4), ((string?)json["verdict"], (int?)json["complete"]!["checkpoint"], (int?)json["checkpoints"]));
        Assert.Empty(json["notExcluded"]!.AsArray());
    }

    [Fact]
    public async Task Verify_WhenTheAnchorIsAheadOfTheLog_ThenSaysWhatIsMissing()
    {
        var anchor = folder.Write("anchor.ndjson", [.. logged.Checkpoints.SelectMany(stored => AnchorText.Line(stored.Signed))]);
        var cli = await VerifyAsync(logged.Bundle(3, 2, 6), "--checkpoints", Log(3), "--anchor", anchor);
        Assert.Equal(ExitCodes.Damaged, cli.ExitCode);
        Assert.Contains("DAMAGE  checkpoint 4: checkpoint dropped. The checkpoint is missing. The anchor holds what the store does not", cli.Out, StringComparison.Ordinal);
        Assert.Contains("anchored up to checkpoint 4.", (await VerifyAsync(logged.Bundle(3, 2, 6), "--checkpoints", Log(), "--anchor", anchor)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhenTheLogIsCutOff_ThenIsNoVerdict()
    {
        var text = File.ReadAllBytes(Log());
        var cli = await VerifyAsync(logged.Bundle(4, 2, 6), "--checkpoints", folder.Write("cut.ndjson", text[..^30]));
        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains("cut off", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Complete", cli.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_WhenTheLogIsOfNoUse_ThenExits1AndSaysWhatToGive(bool isThere)
    {
        if (isThere)
            Assert.Contains("belongs to a bundle", (await Cli.RunAsync(["audit", "verify", Log(), "--checkpoints", Log()])).Error, StringComparison.Ordinal);
        else
            Assert.Equal(ExitCodes.Failed, (await VerifyAsync(logged.Bundle(4, 2, 6), "--checkpoints", folder["nothing.ndjson"])).ExitCode);
    }

    [Fact]
    public async Task Verify_WhenTheAnchorIsDamaged_ThenThatIsSaidOfTheAnchor()
    {
        var lines = logged.Checkpoints.Select(stored => AnchorText.Line(stored.Signed)).ToList();
        lines.RemoveAt(1);
        var cli = await VerifyAsync(logged.Bundle(4, 2, 6), "--anchor", folder.Write("anchor.ndjson", [.. lines.SelectMany(line => line)]));
        Assert.Equal(ExitCodes.Damaged, cli.ExitCode);
        Assert.Contains("DAMAGE  anchor, checkpoint 2: anchor dropped.", cli.Out, StringComparison.Ordinal);
    }

    private Task<Cli> VerifyAsync(byte[] bundle, params string[] options) =>
        Cli.RunAsync(["audit", "verify", folder.Write("evidence.zip", bundle), "--key", Key(), .. options]);

    private string Log(int count = 4) => folder.Write("checkpoints.ndjson", Broker.Text(logged.Rows.Take(count)));

    private string Key()
    {
        using var key = Logged.Key;
        return folder.Write("bundle-key.pem", Encoding.UTF8.GetBytes(key.ToPem()));
    }
}
