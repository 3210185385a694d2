using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Broker.Tickets;

/// <summary>
/// Hears of tickets. A close is recorded first, then given to every request in the ticket's index; a crash between resumes. An event that
/// the chain holds already changes nothing: hearing it again, at any time and in any process, only completes what it began.
/// </summary>
public sealed class TicketDesk(IJournal journal, Sealing sealing, TimeProvider time, Endings endings)
{
    private static readonly IReadOnlyList<string> EndedByAClose =
        [nameof(RequestState.AwaitingConsent), nameof(RequestState.Scheduled), nameof(RequestState.Granting), nameof(RequestState.Active)];

    /// <summary>Null where nothing was ever heard of the ticket.</summary>
    public async Task<Ticket?> ReadAsync(TicketId id, CancellationToken cancellation) =>
        TicketHistory.Of(id, await journal.ReadAsync(StreamId.Of(id), cancellation)).Ticket;

    /// <returns>The ticket as it stands, and why the event was refused, if it was.</returns>
    /// <exception cref="JournalUnavailableException">Whether the event was recorded is unknown; sending it again is safe.</exception>
    /// <exception cref="QuarantineException">The ticket's chain cannot be read. Nothing was recorded; a close has ended the access all the same.</exception>
    public async Task<(Ticket? Ticket, Refusal? Refusal)> HearAsync(TicketId id, TicketSignal signal, CancellationToken cancellation)
    {
        try
        {
            return await RecordAsync(id, signal, cancellation);
        }
        catch (QuarantineException) when (signal is TicketSignal.Close)
        {
            // In doubt, revoke: the requests have chains of their own.
            await EndAllAsync(id);
            throw;
        }
    }

    private async Task<(Ticket? Ticket, Refusal? Refusal)> RecordAsync(TicketId id, TicketSignal signal, CancellationToken cancellation)
    {
        var stream = StreamId.Of(id);
        var conflicts = new BaselessConflicts();
        Append? refusedAppend = null;
        while (true)
        {
            var history = TicketHistory.Of(id, await journal.ReadAsync(stream, cancellation));
            if (refusedAppend is not null)
                conflicts.Count(refusedAppend, history.Version);
            var decision = history.IsHeard(signal) ? Decision.Accept() : TicketDecider.Decide(history.Ticket, signal);
            if (decision is Decision.Refused refused)
                return (history.Ticket, refused.Refusal);
            var facts = ((Decision.Accepted)decision).Facts;
            var now = time.GetUtcNow() > history.NewestAt ? time.GetUtcNow() : history.NewestAt;
            var ticket = facts.Cast<TicketFact>().Aggregate(history.Ticket, TicketDecider.Apply);
            var isClosed = ticket is { Status: TicketStatus.Closed };
            if (facts.Count > 0)
            {
                var records = sealing.Seal(stream, history.Version, history.HeadHash, facts, now);
                var append = new Append(stream, history.Version, records, new Head("", false), isClosed ? now : null, null);
                if (await journal.AppendSurelyAsync(append) is AppendOutcome.Conflict)
                {
                    refusedAppend = append;
                    continue;
                }
            }
            if (isClosed)
                await DistributeAsync(id);
            return (ticket, null);
        }
    }

    /// <summary>Ends everything under a closed ticket, and takes the ticket from the open index when every end is recorded.</summary>
    public async Task DistributeAsync(TicketId id)
    {
        var history = TicketHistory.Of(id, await journal.ReadAsync(StreamId.Of(id), CancellationToken.None));
        if (history.Ticket is { Status: TicketStatus.Closed })
            await EndAllAsync(id);
        await journal.SettleAsync(StreamId.Of(id), history.Version, CancellationToken.None);
    }

    private Task<int> EndAllAsync(TicketId id) => endings.EndAsync(RequestsOfAsync(id), _ => new Signal.TicketClosed($"Ticket {id} was closed."));

    private async IAsyncEnumerable<RequestId> RequestsOfAsync(TicketId id)
    {
        string? cursor = null;
        do
        {
            var page = await journal.FindAsync(new RequestQuery(id, null, null, EndedByAClose, null, null, cursor, 200), CancellationToken.None);
            foreach (var request in page.Requests)
                yield return request;
            cursor = page.Cursor;
        }
        while (cursor is not null);
    }
}
