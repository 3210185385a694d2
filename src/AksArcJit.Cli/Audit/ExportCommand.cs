using System.CommandLine;
using System.Globalization;
using AksArcJit.Cli.Connection;

namespace AksArcJit.Cli.Audit;

/// <summary><c>audit export</c>: the journal, or a selection of requests (each with its whole chain), as a file that is whole or not there.</summary>
internal sealed class ExportCommand(Surroundings surroundings, ConnectionOptions connection)
{
    private readonly Option<string> format = new("--format", "-f") { Description = "json, ndjson or csv; only ndjson can be verified later", DefaultValueFactory = _ => "ndjson" };
    private readonly Option<string?> file = new("--out") { Description = "The file to write; without it standard output", HelpName = "FILE" };
    private readonly Option<string?> after = new("--after") { Description = "Requests asked for at this time or later (RFC 3339)", HelpName = "TIME" };
    private readonly Option<string?> before = new("--before") { Description = "Requests asked for before this time (RFC 3339)", HelpName = "TIME" };
    private readonly Option<string?> ticket = new("--ticket") { Description = "Requests under this ticket, and the ticket itself", HelpName = "ID" };
    private readonly Option<string?> cluster = new("--cluster") { Description = "Requests for this cluster, and what sweeps found there", HelpName = "ID" };
    private readonly Option<string?> engineer = new("--engineer") { Description = "Requests of this person, as objectId@issuer", HelpName = "PERSON" };

    public Command Create()
    {
        format.AcceptOnlyFromAmong("json", "ndjson", "csv");
        var command = new Command("export", "Write the journal to a file, whole or not at all.") { format, file, after, before, ticket, cluster, engineer };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var broker = connection.Connect(parsed);
        var source = new JournalSource.Live(broker, Query(parsed));
        var path = parsed.GetValue(file);
        var length = await WholeFile.WriteAsync(path, surroundings.Bytes, async stream =>
        {
            await using var export = ExportFormat.Of(parsed.GetValue(format)!, stream);
            await foreach (var row in source.ReadAsync(cancellation))
                await export.WriteAsync(row, cancellation);
            await export.EndAsync(source.IsWhole, cancellation);
        }, cancellation);
        if (path is not null)
            await surroundings.Error.WriteLineAsync($"Wrote {length} bytes to {path}.");
        return ExitCodes.Done;
    }

    private string Query(ParseResult parsed)
    {
        var terms = new (string Name, string? Value)[]
        {
            ("after", Time(parsed, after)), ("before", Time(parsed, before)),
            ("ticket", parsed.GetValue(ticket)), ("cluster", parsed.GetValue(cluster)), ("engineer", parsed.GetValue(engineer)),
        }.Where(term => term.Value is not null).Select(term => $"{term.Name}={Uri.EscapeDataString(term.Value!)}").ToList();
        return terms.Count == 0 ? "" : "?" + string.Join('&', terms);
    }

    private static string? Time(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : throw new CommandFailedException($"{option.Name} '{text}' is no time.", "Write it as 2026-03-02T09:00:00Z, or as a day.");
    }
}
