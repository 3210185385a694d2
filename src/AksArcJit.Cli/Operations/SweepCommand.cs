using System.CommandLine;
using System.Text.Json;
using AksArcJit.Cli.Connection;
using AksArcJit.Contracts;
using Spectre.Console;

namespace AksArcJit.Cli.Operations;

/// <summary><c>sweep</c>: has the broker compare every cluster with its journals now, and tells what it found.</summary>
internal sealed class SweepCommand(Surroundings surroundings, ConnectionOptions connection, OutputOption output)
{
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Tell what a sweep would do, and change nothing" };

    public Command Create()
    {
        var command = new Command("sweep", "Compare every cluster with the journals now. Takes the role Operator. Exit code 0: all was seen; 1: something could not be read, or nothing could be done.") { dryRun };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var broker = connection.Connect(parsed);
        var found = await broker.PostAsync("api/v1/operations/sweep", new SweepForm { DryRun = parsed.GetValue(dryRun) },
            ContractsJson.Default.SweepForm, ContractsJson.Default.SweepView, cancellation);
        if (output.IsJson(parsed))
            await surroundings.Out.WriteLineAsync(JsonSerializer.Serialize(found, ContractsJson.Default.SweepView));
        else if (found.Findings.Count == 0)
            await surroundings.Out.WriteLineAsync("Nothing found: the clusters are as the journals say.");
        else
            Tell(found);
        return found.Findings.Any(IsLeft) ? ExitCodes.Failed : ExitCodes.Done;
    }

    // Who asks whether all is in order must not take a look that could not be had for a yes.
    private static bool IsLeft(SweepFindingView finding) =>
        finding.Kind == SweepFindingKind.Unreadable || finding.Done.StartsWith("failed", StringComparison.Ordinal);

    private void Tell(SweepView found)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("FOUND", "CLUSTER", "BINDING", "DETAIL", found.DryRun ? "WOULD BE DONE" : "DONE");
        foreach (var finding in found.Findings)
            table.AddRow([.. new[] { finding.Kind.ToString(), finding.ClusterId, Binding(finding), finding.Detail, finding.Done }.Select(cell => new Text(Terminal.Plain(cell)))]);
        AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(surroundings.Out) }).Write(table);
    }

    private static string Binding(SweepFindingView finding) => finding switch
    {
        { BindingName: null } => finding.RequestId ?? "",
        { Namespace: { Length: > 0 } place } => $"{finding.BindingKind} {place}/{finding.BindingName}",
        _ => $"{finding.BindingKind} {finding.BindingName}",
    };
}
