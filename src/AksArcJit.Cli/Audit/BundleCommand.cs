using System.CommandLine;
using AksArcJit.Cli.Connection;

namespace AksArcJit.Cli.Audit;

/// <summary><c>audit bundle</c>: fetches the evidence of a request or a ticket.</summary>
internal sealed class BundleCommand(Surroundings surroundings, ConnectionOptions connection, OutputOption output)
{
    private const string Zip = "application/zip";
    private const long Largest = 128 * 1024 * 1024;

    private readonly Argument<string?> id = new("id") { Description = "The request", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> ticket = new("--ticket") { Description = "All requests under this ticket instead", HelpName = "ID" };
    private readonly Option<string?> file = new("--out") { Description = "The file to write; evidence-<id>.zip unless named", HelpName = "FILE" };

    public Command Create()
    {
        var command = new Command("bundle", "Fetch the evidence of a request or a ticket, one zip. Verify it with 'audit verify FILE'.") { id, ticket, file };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (request, case_) = (parsed.GetValue(id), parsed.GetValue(ticket));
        if (request is null == case_ is null)
            throw new CommandFailedException("One request or one ticket is needed.", "Pass a request's id, or --ticket ID.");
        var (folder, name) = request is not null ? ("access-requests", request) : ("tickets", case_!);
        var path = parsed.GetValue(file) ?? $"evidence-{string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' ? c : '_'))}.zip";
        using var broker = connection.Connect(parsed);
        var length = await WholeFile.WriteAsync(path, surroundings.Bytes,
            stream => broker.DownloadAsync($"api/v1/{folder}/{Uri.EscapeDataString(name)}/evidence", Zip, stream, Largest, cancellation), cancellation);
        if (output.IsJson(parsed))
            await surroundings.Out.WriteLineAsync(CliJson.Write(new FileView(path, length)));
        else
            await surroundings.Out.WriteLineAsync($"Wrote {length} bytes to {path}. Verify it with: aksarcjit audit verify {path} --key FILE");
        return ExitCodes.Done;
    }
}
