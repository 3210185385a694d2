using AksArcJit.Broker;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Server.Verification;

/// <summary>
/// The verb <c>verify</c>: reads every chain that the store's indexes name (requests, their tickets, clusters, the system) straight from
/// the store and recomputes every hash. It sees what was altered, deleted, inserted or reordered inside a chain; a chain cut off at its
/// end, rewritten whole or removed with its index rows it cannot see without a checkpoint outside the store, and says so.
/// </summary>
public static class StoreVerification
{
    private const int Clean = 0;
    private const int CouldNotCheck = 1;
    private const int Damaged = 2;

    public static async Task<int> RunAsync(IJournal journal, IEnumerable<ClusterId> clusters, TextWriter output, CancellationToken cancellation)
    {
        try
        {
            var (chains, facts, damages) = (0, 0L, 0);
            var tickets = new HashSet<TicketId>();
            await foreach (var request in RequestsAsync(journal, cancellation))
            {
                var records = await CheckAsync(StreamId.Of(request));
                if (TicketOf(request, records) is { } ticket)
                    tickets.Add(ticket);
            }
            foreach (var stream in tickets.Select(StreamId.Of).Concat(clusters.Select(StreamId.Of)).Append(StreamId.System))
                await CheckAsync(stream);
            await output.WriteLineAsync(damages == 0
                ? $"{facts} facts in {chains} chains: every hash follows from the one before."
                : $"{facts} facts in {chains} chains, {damages} of them damaged.");
            await output.WriteLineAsync("Not covered without a checkpoint outside the store: chains cut off at their end, rewritten whole, or removed.");
            return damages == 0 ? Clean : Damaged;

            async Task<IReadOnlyList<FactRecord>> CheckAsync(StreamId stream)
            {
                var records = await journal.ReadAsync(stream, cancellation);
                chains += records.Count > 0 ? 1 : 0;
                facts += records.Count;
                if (HashChain.FirstDamage(stream, records) is { } damage)
                {
                    damages++;
                    await output.WriteLineAsync($"DAMAGE  {damage}");
                }
                return records;
            }
        }
        catch (JournalUnavailableException away)
        {
            await output.WriteLineAsync($"Could not check: {away.Message}");
            return CouldNotCheck;
        }
    }

    private static async IAsyncEnumerable<RequestId> RequestsAsync(
        IJournal journal, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            var page = await journal.FindAsync(new RequestQuery(null, null, null, [], null, null, cursor, 200), cancellation);
            foreach (var request in page.Requests)
                yield return request;
            cursor = page.Cursor;
        }
        while (cursor is not null);
    }

    // A damaged chain still names its ticket where its first fact can be read; where it cannot, the damage itself is reported.
    private static TicketId? TicketOf(RequestId id, IReadOnlyList<FactRecord> records)
    {
        try
        {
            return ChainReading.Facts<RequestFact>(StreamId.Of(id), [.. records.Take(1)]) is [(_, RequestFact.AccessRequested asked)] ? asked.Request.Ticket : null;
        }
        catch (QuarantineException)
        {
            return null;
        }
    }
}
