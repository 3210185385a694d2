using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Broker.Tickets;

/// <summary>
/// Hears of tickets. A close is recorded first, then given to every request in the ticket's index; a crash between resumes. Until every end
/// is recorded the ticket is not opened again: nothing would resume then. An event that the chain holds already changes nothing: hearing it
/// again, at any time and in any process, only completes what it began.
/// </summary>
public sealed class TicketDesk(IJournal journal, Sealing sealing, TimeProvider time, Endings endings)
{
    // Those that are being ended too: an end whose record got no answer stands, and nobody has begun to carry it out.
    private static readonly IReadOnlyList<string> EndedByAClose =
        [nameof(RequestState.AwaitingConsent), nameof(RequestState.Scheduled), nameof(RequestState.Granting), nameof(RequestState.Active), nameof(RequestState.Revoking)];

    private readonly KnownTickets _known = new();

    /// <summary>Null where nothing was ever heard of the ticket.</summary>
    public async Task<Ticket?> ReadAsync(TicketId id, CancellationToken cancellation) =>
        TicketHistory.Of(id, await journal.ReadAsync(StreamId.Of(id), cancellation)).Ticket;

    /// <summary>Returns when a close's ends are carried out too, or after 5 s at the latest.</summary>
    /// <returns>The ticket as it stands, and why the event was refused, if it was.</returns>
    /// <exception cref="JournalUnavailableException">Whether the event was recorded is unknown; sending it again is safe.</exception>
    /// <exception cref="QuarantineException">The ticket's chain cannot be read. Nothing was recorded; a close ends the access all the same.</exception>
    public async Task<(Ticket? Ticket, Refusal? Refusal)> HearAsync(TicketId id, TicketSignal signal, CancellationToken cancellation)
    {
        var (ticket, refusal, ends) = await RecordAsync(id, signal, cancellation);
        await endings.AwaitAsync(ends);
        return (ticket, refusal);
    }

    /// <summary>
    /// Returns when the event is recorded and, of a close, every end: what a source's next event may wait for. The ends are being carried out
    /// by then, and no cluster holds up the caller.
    /// </summary>
    /// <returns>As <see cref="HearAsync"/>, and what ends when the ends are carried out as far as they can be for now. It never fails.</returns>
    /// <inheritdoc cref="HearAsync" path="/exception"/>
    public async Task<(Ticket? Ticket, Refusal? Refusal, Task Ends)> RecordAsync(TicketId id, TicketSignal signal, CancellationToken cancellation)
    {
        try
        {
            var (history, refusal, ends) = await DecideAsync(id, signal, cancellation);
            return (history.Ticket, refusal, refusal is null && history.Ticket is { Status: TicketStatus.Closed } ? await DistributeAsync(id, history) : ends);
        }
        catch (QuarantineException) when (signal.IsClose)
        {
            // In doubt, revoke: the requests have chains of their own. A sender confined to customers ends what is theirs.
            await EndAllAsync(id, null, signal.SpeaksFor);
            throw;
        }
    }

    /// <returns>With what ends when the ends before a reopening are carried out.</returns>
    private async Task<(TicketHistory History, Refusal? Refusal, Task Ends)> DecideAsync(TicketId id, TicketSignal signal, CancellationToken cancellation)
    {
        var stream = StreamId.Of(id);
        var conflicts = new BaselessConflicts();
        var history = _known.Find(id);
        var isFresh = history is null;
        history ??= await ReadOnAsync(id, null, cancellation);
        var ends = Task.CompletedTask;
        while (true)
        {
            var decision = history.IsHeard(signal) ? Decision.Accept() : TicketDecider.Decide(history.Ticket, signal);
            var facts = decision is Decision.Accepted accepted ? accepted.Facts.Cast<TicketFact>().ToList() : [];
            var opensAgain = history.Ticket is { Status: TicketStatus.Closed } && facts.Any(fact => !TicketFact.IsClose(fact));
            if (facts.Count > 0 && (isFresh || !opensAgain))
            {
                if (opensAgain)
                    ends = (await EndAllAsync(id, history, null)).CarriedOut;
                var now = time.GetUtcNow() > history.NewestAt ? time.GetUtcNow() : history.NewestAt;
                var records = sealing.Seal(stream, history.Version, history.HeadHash, facts, now);
                var after = history.With(records, facts);
                var append = new Append(stream, history.Version, records, new Head("", false), after.Ticket is { Status: TicketStatus.Closed } ? now : null, null);
                if (await AppendAsync(id, append) is AppendOutcome.Appended)
                {
                    _known.Remember(id, after);
                    return (after, null, ends);
                }
                history = await ReadOnAsync(id, history, cancellation);
                conflicts.Count(append, history.Version);
            }
            else if (isFresh)
            {
                return (history, (decision as Decision.Refused)?.Refusal, ends);
            }
            else
            {
                // No append says whether what is remembered still stands, or says it too late: another instance may have heard more.
                history = await ReadOnAsync(id, history, cancellation);
            }
            isFresh = true;
        }
    }

    private async Task<AppendOutcome> AppendAsync(TicketId id, Append append)
    {
        try
        {
            return await journal.AppendSurelyAsync(append);
        }
        catch
        {
            _known.Forget(id);
            throw;
        }
    }

    /// <param name="known">As last known, of which only what follows is read; null reads all.</param>
    private async Task<TicketHistory> ReadOnAsync(TicketId id, TicketHistory? known, CancellationToken cancellation)
    {
        var stream = StreamId.Of(id);
        var since = known is { Version: > 0 } ? await journal.ReadFromAsync(stream, known.Version, cancellation) : [];
        var history = known is not null && since is [var head, ..] && head.Version == known.Version && head.Hash == known.HeadHash
            ? known.Then(id, [.. since.Skip(1)])
            : TicketHistory.Of(id, await journal.ReadAsync(stream, cancellation));
        if (history.Version > 0)
            _known.Remember(id, history);
        return history;
    }

    /// <summary>Ends everything under a closed ticket, and takes the ticket from the open index when every end is recorded. It waits for no cluster.</summary>
    public async Task DistributeAsync(TicketId id) =>
        await DistributeAsync(id, TicketHistory.Of(id, await journal.ReadAsync(StreamId.Of(id), CancellationToken.None)));

    private async Task<Task> DistributeAsync(TicketId id, TicketHistory history)
    {
        var ends = history.Ticket is { Status: TicketStatus.Closed } ? (await EndAllAsync(id, history, null)).CarriedOut : Task.CompletedTask;
        await journal.SettleAsync(StreamId.Of(id), history.Version, CancellationToken.None);
        return ends;
    }

    /// <param name="closed">The ticket with its close; null where its chain cannot be read.</param>
    /// <param name="of">The customers whose access ends; null for anybody's.</param>
    private Task<Ending> EndAllAsync(TicketId id, TicketHistory? closed, IReadOnlyList<string>? of) => endings.RecordAsync(RequestsOfAsync(id), async state =>
        state is RequestState.Asked { Request: var request }
            && (request.Ticket != id || of?.Contains(request.Customer) == false || (closed is not null && !await IsClosedForAsync(request, closed)))
            ? null
            : new Signal.TicketClosed($"Ticket {id} was closed."));

    /// <summary>
    /// The index is read after the close, and slowly where there is much in it: what was asked since was asked under a ticket that another
    /// instance has opened again, or by a clock that is ahead.
    /// </summary>
    private async Task<bool> IsClosedForAsync(AccessRequest request, TicketHistory closed)
    {
        if (request.RequestedAt <= closed.ClosedAt)
            return true;
        try
        {
            return (await ReadOnAsync(request.Ticket, closed, CancellationToken.None)).For(request.RequestedAt) is { Status: TicketStatus.Closed };
        }
        catch (QuarantineException)
        {
            // In doubt, revoke: it was closed when it could last be read.
            return true;
        }
    }

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
