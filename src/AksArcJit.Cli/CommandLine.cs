using System.CommandLine;
using AksArcJit.Cli.Audit;
using AksArcJit.Cli.Connection;
using AksArcJit.Cli.Operations;

namespace AksArcJit.Cli;

/// <summary>The command <c>aksarcjit</c>.</summary>
public static class CommandLine
{
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Surroundings surroundings, CancellationToken cancellation)
    {
        var connection = new ConnectionOptions(surroundings);
        var output = new OutputOption();
        var root = new RootCommand("Just-in-time support access to Kubernetes clusters.")
        {
            AuditCommand.Create(surroundings, connection, output),
            new SweepCommand(surroundings, connection, output).Create(),
        };
        connection.AddTo(root);
        root.Options.Add(output.Option);
        var parsed = root.Parse(args);
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = surroundings.Out, Error = surroundings.Error, EnableDefaultExceptionHandler = false }, cancellation);
        }
        catch (CommandFailedException fault)
        {
            if (output.IsJson(parsed))
                await surroundings.Out.WriteLineAsync(CliJson.Write(new FaultView(fault.Message, fault.Remedy)));
            else
                await surroundings.Error.WriteLineAsync($"error: {Terminal.Plain(fault.Message)}\n       {Terminal.Plain(fault.Remedy)}");
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException)
        {
            await surroundings.Error.WriteLineAsync("error: interrupted; nothing was written.");
            return ExitCodes.Failed;
        }
    }
}
