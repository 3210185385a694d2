using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Broker.Publishing;

/// <summary>
/// Which facts others are told of: what changes who has access, what people decided, what operators ordered and what a sweep found.
/// Attempts and their retries are the broker's own business. Tickets are not echoed to those who told of them: what a close ended is told.
/// </summary>
public static class Announcing
{
    /// <summary>False where nothing of the stream is ever announced, whatever its facts.</summary>
    public static bool Concerns(StreamId stream) => stream.Ticket is null;

    public static bool IsAnnounced(Fact fact) => fact switch
    {
        RequestFact.AccessRequested or RequestFact.ConsentGiven or RequestFact.ConsentRefused or RequestFact.ConsentLapsed
            or RequestFact.RequestWithdrawn or RequestFact.RequestCancelled or RequestFact.GrantScheduled or RequestFact.GrantAbandoned
            or RequestFact.Granted or RequestFact.RoleChangeObserved or RequestFact.RevocationStarted or RequestFact.RevocationUnconfirmed
            or RequestFact.AccessGone or RequestFact.GoneByWord or RequestFact.StrayBindingFound => true,
        RequestFact.GrantHeld or RequestFact.GrantIntended or RequestFact.GrantAttemptFailed or RequestFact.GrantOutcomeUnknown
            or RequestFact.BindingObserved or RequestFact.RevocationAttemptFailed or RequestFact.OfNotice => false,
        SystemFact.GrantsPaused or SystemFact.GrantsResumed or SystemFact.RevocationOrdered => true,
        ClusterFact.OrphanRemoved or ClusterFact.OverdueRemoved or ClusterFact.QuarantinedBindingRemoved or ClusterFact.UnmanagedCopyFound => true,
        TicketFact => false,
        _ => throw new ArgumentOutOfRangeException(nameof(fact)),
    };

    /// <summary>A stream's facts after a version, in order, each with what is announced of it; null for what is not.</summary>
    /// <param name="records">The whole stream.</param>
    /// <exception cref="QuarantineException">The chain is damaged, or holds what this build cannot read.</exception>
    public static IReadOnlyList<(FactRecord Record, Announcement? Announcement)> After(long version, StreamId stream, IReadOnlyList<FactRecord> records)
    {
        if (stream.Request is { } id)
        {
            var history = RequestHistory.Of(id, records);
            RequestState state = new RequestState.Unasked();
            var told = new List<(FactRecord, Announcement?)>();
            foreach (var (record, fact) in history.Facts)
            {
                state = Evolution.Apply(state, fact, record.At);
                if (record.Version > version)
                    told.Add((record, IsAnnounced(fact) ? new Announcement(record, fact, state as RequestState.Asked) : null));
            }
            return told;
        }
        return
        [
            .. ChainReading.Facts<Fact>(stream, records).Where(one => one.Record.Version > version)
                .Select(one => (one.Record, IsAnnounced(one.Fact) ? new Announcement(one.Record, one.Fact, null) : null)),
        ];
    }
}
