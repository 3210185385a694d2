using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AksArcJit.Contracts;
using AksArcJit.Contracts.Events;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Tickets;
using TicketStatus = AksArcJit.Lifecycle.Tickets.TicketStatus;

namespace AksArcJit.Messaging.Events;

/// <summary>
/// From an event's data to what the rules hear. Accepts what the committed schemas accept, no more and no less (a test holds the two
/// together); words are cleaned of what hides or reorders, because a ticket system cannot be asked to send them again.
/// </summary>
internal static class TicketEventReader
{
    private const int MostItems = 100;
    private const int LongestPerson = 512;

    /// <param name="by">Who is recorded as having told it.</param>
    public static Parsed<TicketSignal> Read(CloudEvent told, Person by)
    {
        var source = new SourceEvent(told.Source, told.Id);
        var read = told.Type switch
        {
            TicketEventTypes.Opened or TicketEventTypes.Updated or TicketEventTypes.Reassigned =>
                Parse(told.Data, ContractsJson.Default.TicketTold, data => Report(data, by, source)),
            TicketEventTypes.Closed => Parse(told.Data, ContractsJson.Default.TicketClosed, data => Close(data, by, source)),
            _ => (Parsed<TicketSignal>)new Unreadable(Unreadable.UnknownType, "The type is none of com.aksarcjit.ticket.opened.v1, .updated.v1, .reassigned.v1 and .closed.v1."),
        };
        return read is Parsed<TicketSignal>.Bad { Unreadable: var why } ? why with { Event = source } : read;
    }

    private static Parsed<TicketSignal> Parse<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type, Func<T, Parsed<TicketSignal>> read)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, type) is { } data ? read(data) : Bad("is null");
        }
        catch (JsonException fault)
        {
            // Its message may repeat the text; its place never does.
            return Bad($"does not follow its schema{(fault.LineNumber is { } line ? $", from line {line + 1}, byte {fault.BytePositionInLine}" : "")}");
        }
    }

    private static Parsed<TicketSignal> Close(TicketClosed data, Person by, SourceEvent source) =>
        !TicketId.TryParse(data.TicketId, out var id) ? Bad("has no ticketId of 1 to 64 of A-Z a-z 0-9 . _ -")
        : data.Sequence < 0 ? Bad("has a sequence below 0")
        : new TicketSignal.Close(id, data.Sequence, by, source);

    private static Parsed<TicketSignal> Report(TicketTold data, Person by, SourceEvent source)
    {
        var clusters = new List<ClusterId>();
        foreach (var text in data.ClusterIds)
            if (ClusterId.TryParse(text, out var cluster))
                clusters.Add(cluster);
        var assignees = new List<Person>();
        foreach (var text in data.Assignees ?? [])
            if (text is { Length: <= LongestPerson } && text.All(c => c is > ' ' and <= '~') && Person.TryParse(text, out var person))
                assignees.Add(person);
        return !TicketId.TryParse(data.TicketId, out var id) ? Bad("has no ticketId of 1 to 64 of A-Z a-z 0-9 . _ -")
            : !IsSaid(data.Customer, 256) ? Bad("has no customer of 1 to 256 characters")
            : !IsSaid(data.Title, TextRules.Longest) ? Bad($"has no title of 1 to {TextRules.Longest} characters")
            : !IsSaid(data.Severity, 64) ? Bad("has no severity of 1 to 64 characters")
            : !IsEachOnce(clusters, data.ClusterIds.Count) ? Bad($"has clusterIds that are no cluster ids, stand twice, or are more than {MostItems}")
            : !IsEachOnce(assignees, data.Assignees?.Count ?? 0) ? Bad($"has assignees that are not objectId@issuer, stand twice, or are more than {MostItems}")
            : StatusOf(data.Status) is not { } status ? Bad("has a status that is neither Active nor Closed")
            : data.Sequence < 0 ? Bad("has a sequence below 0")
            : new TicketSignal.Report(
                new Ticket(id, TextRules.Plain(data.Customer), clusters, TextRules.Plain(data.Title), TextRules.Plain(data.Severity), assignees,
                    status, data.Sequence), by, source);
    }

    private static TicketStatus? StatusOf(string word) => word switch
    {
        nameof(TicketStatus.Active) => TicketStatus.Active,
        nameof(TicketStatus.Closed) => TicketStatus.Closed,
        _ => null,
    };

    private static bool IsSaid(string text, int longest) => !string.IsNullOrWhiteSpace(text) && (text.Length <= longest || text.EnumerateRunes().Count() <= longest);

    private static bool IsEachOnce<T>(List<T> read, int told) => read.Count == told && told <= MostItems && read.Distinct().Count() == told;

    private static Unreadable Bad(string what) => new(Unreadable.BadData, $"The event's data {what}.");
}
