using System.Text.Json.Nodes;

namespace AksArcJit.Cli.Tests;

public sealed class SweepTests : IAsyncDisposable
{
    private readonly Broker broker = new();
    private readonly List<string> said = [];

    public ValueTask DisposeAsync() => broker.DisposeAsync();

    [Fact]
    public async Task Sweep_WhenDry_ThenAsksForThatAndTellsEachFindingOnOneLine()
    {
        Answer("""
            {"at":"2026-03-02T09:00:00Z","dryRun":true,"findings":[
              {"kind":"Copied","clusterId":"edge-01","bindingKind":"RoleBinding","bindingName":"copy","namespace":"web","detail":"gives the role\u001b[2J to an engineer","done":"would be told"},
              {"kind":"Orphaned","clusterId":"edge-02","bindingKind":"ClusterRoleBinding","bindingName":"left","detail":"belongs to no grant","done":"would be removed"}]}
            """);

        var cli = await Cli.RunAsync(broker, "sweep", "--dry-run");

        Assert.Equal(ExitCodes.Done, cli.ExitCode);
        Assert.Equal("""POST /api/v1/operations/sweep {"dryRun":true}""", Assert.Single(said));
        Assert.Contains("WOULD BE DONE", cli.Out, StringComparison.Ordinal);
        Assert.Contains("RoleBinding web/copy", cli.Out, StringComparison.Ordinal);
        Assert.Contains("would be removed", cli.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', cli.Out);
    }

    [Theory]
    [InlineData("Unreadable", "looked at again within 60 s")]
    [InlineData("Overdue", "failed: delete ClusterRoleBinding left: 403 Forbidden")]
    public async Task Sweep_WhenSomethingWasNotSeenOrNotDone_ThenAScriptCanTell(string kind, string done)
    {
        Answer($$"""{"at":"2026-03-02T09:00:00Z","dryRun":false,"findings":[{"kind":"{{kind}}","clusterId":"edge-01","detail":"no answer within 5 s","done":"{{done}}"}]}""");

        Assert.Equal(ExitCodes.Failed, (await Cli.RunAsync(broker, "sweep")).ExitCode);
        Assert.Equal(ExitCodes.Failed, (await Cli.RunAsync(broker, "sweep", "-o", "json")).ExitCode);
    }

    [Fact]
    public async Task Sweep_WhenNothingIsFound_ThenSaysSo()
    {
        Answer("""{"at":"2026-03-02T09:00:00Z","dryRun":false,"findings":[]}""");

        Assert.Contains("Nothing found", (await Cli.RunAsync(broker, "sweep")).Out, StringComparison.Ordinal);
        Assert.Empty(JsonNode.Parse((await Cli.RunAsync(broker, "sweep", "-o", "json")).Out)!["findings"]!.AsArray());
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Sweep_WhenNotAllWasSeen_ThenItTellsAndExits1(string output)
    {
        Answer("""{"at":"2026-03-02T09:00:00Z","dryRun":true,"findings":[{"kind":"Unreadable","clusterId":"edge-01","detail":"It does not answer.","done":"nothing"}]}""");

        var cli = await Cli.RunAsync(broker, "sweep", "--dry-run", "-o", output);

        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains("It does not answer.", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweep_WhenTheRoleIsMissing_ThenNamesIt()
    {
        broker.Instead = async context =>
        {
            (context.Response.StatusCode, context.Response.ContentType) = (403, "application/problem+json");
            await using (var body = new StreamWriter(context.Response.OutputStream))
                await body.WriteAsync("""{"type":"urn:aksarcjit:problem:role-required","title":"Your roles do not allow this","status":403,"detail":"This needs role Operator.","remedy":"Ask the operator for the role, or use another account."}""");
            context.Response.Close();
        };

        var cli = await Cli.RunAsync(broker, "sweep");

        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains("This needs role Operator.", cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweep_WhenTheAnswerIsCut_ThenItFailsAndSaysWhatToDo()
    {
        Answer("""{"at":"2026-03-02T09:00:""");

        var cli = await Cli.RunAsync(broker, "sweep");

        Assert.Equal(ExitCodes.Failed, cli.ExitCode);
        Assert.Contains("Try again", cli.Error, StringComparison.Ordinal);
    }

    private void Answer(string json) => broker.Instead = async context =>
    {
        using var form = new StreamReader(context.Request.InputStream);
        said.Add($"{context.Request.HttpMethod} {context.Request.RawUrl} {await form.ReadToEndAsync()}");
        context.Response.ContentType = "application/json";
        await using (var body = new StreamWriter(context.Response.OutputStream))
            await body.WriteAsync(json);
        context.Response.Close();
    };
}
