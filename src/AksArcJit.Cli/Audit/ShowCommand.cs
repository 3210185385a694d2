using System.CommandLine;
using AksArcJit.Cli.Connection;
using AksArcJit.Journal;
using AksArcJit.Journal.Verification;
using AksArcJit.Lifecycle.Requests;
using Spectre.Console;

namespace AksArcJit.Cli.Audit;

/// <summary><c>audit show</c>: what happened to one request, fact by fact, its chain verified.</summary>
internal sealed class ShowCommand(Surroundings surroundings, ConnectionOptions connection, OutputOption output)
{
    private readonly Argument<string> id = new("id") { Description = "The request" };

    public Command Create()
    {
        var command = new Command("show", "Show what happened to a request. Exit codes as of verify; the chain alone is verified.") { id };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var text = parsed.GetValue(id)!;
        if (!StreamId.TryParse(text, out var stream) || stream.Request is null)
            throw new CommandFailedException($"'{text}' is no id of a request.", "It has 26 characters of a-z and 2-7.");
        using var broker = connection.Connect(parsed);
        var (damages, facts) = (new List<Damage>(), new List<TimelineFact>());
        AccessRequest? request = null;
        using var verifier = new JournalVerifier(null, [], damages.Add);
        await foreach (var row in broker.ReadAsync($"api/v1/access-requests/{stream.Text}/journal?format=ndjson", _ => { }, cancellation))
        {
            verifier.Take(row);
            if (row is JournalRow.Fact(var record))
                facts.Add(new TimelineFact(record.Version, record.At, record.Kind, What(record, ref request)));
        }
        verifier.Finish(isWhole: false);
        if (output.IsJson(parsed))
            await surroundings.Out.WriteLineAsync(CliJson.Write(new TimelineView(stream.Text, facts,
                [.. damages.Select(DamageView.Of)])));
        else
            Print(stream, facts, damages);
        return damages.Count > 0 ? ExitCodes.Damaged : ExitCodes.Done;
    }

    /// <param name="request">Gives people their names, once the chain has told of it.</param>
    private static string What(FactRecord record, ref AccessRequest? request)
    {
        try
        {
            var fact = FactText.Decode(record.Kind, record.Payload.Span);
            request ??= (fact as RequestFact.AccessRequested)?.Request;
            var names = request;
            return FactSummary.Of(fact, record.At, person => names?.NameOf(person) ?? person.ObjectId);
        }
        catch (Exception unknown) when (unknown is UnknownFactException or FormatException)
        {
            return unknown.Message;
        }
    }

    private void Print(StreamId stream, List<TimelineFact> facts, List<Damage> damages)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(surroundings.Out), Interactive = InteractionSupport.No, Ansi = AnsiSupport.No });
        var table = new Table().Border(TableBorder.Simple).AddColumns("row", "time (UTC)", "what happened").Title(Markup.Escape($"request {stream}"));
        foreach (var fact in facts)
            table.AddRow($"{fact.Row}", fact.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss"), Markup.Escape(Terminal.Plain(fact.What)));
        console.Write(table);
        foreach (var damage in damages)
            surroundings.Out.WriteLine(VerdictText.Of(damage));
        surroundings.Out.WriteLine(damages.Count == 0
            ? "Each row follows from the one before. That none is missing at the end, 'audit verify' tells."
            : $"{damages.Count} damaged.");
    }
}

internal sealed record TimelineView(string Request, IReadOnlyList<TimelineFact> Facts, IReadOnlyList<DamageView> Damages);

internal sealed record TimelineFact(long Row, DateTimeOffset At, string Kind, string What);
