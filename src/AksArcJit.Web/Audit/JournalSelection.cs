using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;

namespace AksArcJit.Web.Audit;

/// <summary>Requests by index, each with its whole chain; and the chains of the ticket and the cluster that are asked for. Null means any.</summary>
/// <param name="After">Asked for at or after, UTC.</param>
/// <param name="Before">Asked for before, UTC.</param>
internal sealed record JournalSelection(TicketId? Ticket, ClusterId? Cluster, Person? Engineer, DateTimeOffset? After, DateTimeOffset? Before)
{
    private const int AtOnce = 200;

    public static JournalSelection Everything { get; } = new(null, null, null, null, null);

    public async IAsyncEnumerable<JournalRow> ReadAsync(IJournal journal, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Ticket is not null)
            await foreach (var row in ReadAsync(journal, StreamId.Of(Ticket), cancellation))
                yield return row;
        if (Cluster is not null)
            await foreach (var row in ReadAsync(journal, StreamId.Of(Cluster), cancellation))
                yield return row;
        // A request that was asked again before it stood has more than one row, and they may lie on different pages.
        var told = new HashSet<RequestId>();
        string? cursor = null;
        do
        {
            var page = await journal.FindAsync(new RequestQuery(Ticket, Cluster, Engineer, [], After, Before, cursor, AtOnce), cancellation);
            foreach (var request in page.Requests.Where(told.Add))
                await foreach (var row in ReadAsync(journal, StreamId.Of(request), cancellation))
                    yield return row;
            cursor = page.Cursor;
        }
        while (cursor is not null);
    }

    // A chain that holds what is no fact is shown as that, and the others go on.
    private static async IAsyncEnumerable<JournalRow> ReadAsync(IJournal journal, StreamId stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (records, fault) = await RecordsAsync(journal, stream, cancellation);
        foreach (var record in records)
            yield return new JournalRow.Fact(record);
        if (fault is not null)
            yield return new JournalRow.Unreadable(stream.Text, fault, stream);
    }

    private static async Task<(IReadOnlyList<FactRecord> Records, string? Fault)> RecordsAsync(IJournal journal, StreamId stream, CancellationToken cancellation)
    {
        try
        {
            return (await journal.ReadAsync(stream, cancellation), null);
        }
        catch (FormatException fault)
        {
            return ([], fault.Message);
        }
    }
}
