using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Evidence;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Broker.Evidence;

public abstract record EvidenceOutcome
{
    private EvidenceOutcome() { }

    /// <param name="Zip">A whole bundle (<see cref="BundleArchive"/>).</param>
    public sealed record Made(EvidenceSubject Subject, ReadOnlyMemory<byte> Zip) : EvidenceOutcome;

    /// <summary>Nothing was ever recorded of it.</summary>
    public sealed record Missing : EvidenceOutcome;

    /// <summary>A ticket with more requests than one bundle holds; each has a bundle of its own.</summary>
    public sealed record TooMany : EvidenceOutcome;

    /// <summary>The checkpoint log does not hold what was signed. The journal may be sound; an auditor must be told.</summary>
    /// <param name="Why">A sentence.</param>
    public sealed record CheckpointsDamaged(string Why) : EvidenceOutcome;
}

/// <summary>Gathers what a bundle is made from. Who may have it is settled by the caller's roles, at the edge.</summary>
public sealed class EvidenceDesk(IJournal journal, ICheckpointLog checkpoints)
{
    /// <summary>Of one ticket in one bundle, which is made in memory: some 100 KB a request.</summary>
    public const int MostRequests = 200;

    /// <exception cref="QuarantineException">A chain is damaged, holds what this build cannot read, or is not the one that was signed.</exception>
    /// <exception cref="JournalUnavailableException">The journal or its checkpoints do not answer.</exception>
    public async Task<EvidenceOutcome> OfRequestAsync(RequestId id, CancellationToken cancellation) =>
        RequestHistory.Of(id, await journal.ReadAsync(StreamId.Of(id), cancellation)).State is RequestState.Asked asked
            ? await MakeAsync(new EvidenceSubject.OfRequest(id), asked.Request.Ticket, [id], cancellation)
            : new EvidenceOutcome.Missing();

    /// <inheritdoc cref="OfRequestAsync"/>
    public async Task<EvidenceOutcome> OfTicketAsync(TicketId id, CancellationToken cancellation)
    {
        var page = await journal.FindAsync(new RequestQuery(id, null, null, [], null, null, null, MostRequests), cancellation);
        if (page.Cursor is not null)
            return new EvidenceOutcome.TooMany();
        return page.Requests.Count == 0 && (await journal.ReadAsync(StreamId.Of(id), cancellation)).Count == 0
            ? new EvidenceOutcome.Missing()
            : await MakeAsync(new EvidenceSubject.OfTicket(id), id, page.Requests, cancellation);
    }

    private async Task<EvidenceOutcome> MakeAsync(EvidenceSubject subject, TicketId ticketId, IReadOnlyList<RequestId> ids, CancellationToken cancellation)
    {
        EvidenceSources sources;
        try
        {
            sources = await GatherAsync(subject, ticketId, ids, cancellation);
        }
        catch (FormatException damaged)
        {
            return new EvidenceOutcome.CheckpointsDamaged(damaged.Message);
        }
        return new EvidenceOutcome.Made(subject, BundleArchive.Write(EvidenceBundle.Entries(sources), EvidenceBundle.NewestOf(sources)));
    }

    private async Task<EvidenceSources> GatherAsync(EvidenceSubject subject, TicketId ticketId, IReadOnlyList<RequestId> ids, CancellationToken cancellation)
    {
        var proofs = new CheckpointProofs(checkpoints);
        var ticket = await CoverAsync(StreamId.Of(ticketId), records => ChainReading.Facts<TicketFact>(StreamId.Of(ticketId), records), proofs, cancellation);
        var (requests, leftOut) = (new List<Covered>(), new List<LeftOut>());
        foreach (var id in ids)
            await OrLeaveOutAsync(id, async () =>
            {
                // An index row is older than its chain, which may never have come.
                if (await CoverAsync(StreamId.Of(id), records => RequestHistory.Of(id, records), proofs, cancellation) is { Records.Count: > 0 } request)
                    requests.Add(request);
            });
        requests = [.. requests.OrderBy(request => request.Records[0].At).ThenBy(request => request.Stream.Text, StringComparer.Ordinal)];

        // One checkpoint for all: the first that covers what is covered of each. It stays the same until one of the chains grows.
        var signed = requests.Append(ticket).Max(covered => covered.Found?.CoveredBy) is { } number ? await SignedAsync(number, cancellation) : null;
        var proven = new List<ProvenStream>();
        foreach (var request in requests)
            await OrLeaveOutAsync(request.Stream.Request!, async () =>
            {
                var whole = await ProveAsync(request, signed, proofs, cancellation);
                // An index names also what was first tried under this ticket, and then asked under another.
                if (RequestHistory.Of(request.Stream.Request!, request.Records).State is RequestState.Asked asked && asked.Request.Ticket == ticketId)
                    proven.Add(whole);
            });
        return new EvidenceSources(subject, ticketId, await ProveAsync(ticket, signed, proofs, cancellation), proven, signed) { LeftOut = leftOut };

        // A bundle of the one request has nothing else to give: its caller is told.
        async Task OrLeaveOutAsync(RequestId id, Func<Task> take)
        {
            try
            {
                await take();
            }
            catch (QuarantineException quarantine) when (subject is EvidenceSubject.OfTicket)
            {
                leftOut.Add(new LeftOut(id, quarantine.Reason));
            }
        }
    }

    /// <param name="check">Throws where the chain is not to be trusted.</param>
    private async Task<Covered> CoverAsync(StreamId stream, Action<IReadOnlyList<FactRecord>> check, CheckpointProofs proofs, CancellationToken cancellation)
    {
        for (var before = -1; ;)
        {
            var records = await journal.ReadAsync(stream, cancellation);
            check(records);
            var found = await NewestLeafAsync(records, proofs, cancellation);
            if (found is null || found.Leaf.Version <= records.Count || records.Count == before)
                return new Covered(stream, records, found);
            // A leaf beyond the last record: the chain has grown meanwhile, or was cut off. A second look tells.
            before = records.Count;
        }
    }

    /// <summary>The leaf of the newest version that a checkpoint covers.</summary>
    private static async Task<PlacedLeaf?> NewestLeafAsync(IReadOnlyList<FactRecord> records, CheckpointProofs proofs, CancellationToken cancellation)
    {
        for (var i = records.Count - 1; i >= 0; i--)
            if (await proofs.FindAsync(records[i], cancellation) is { } found)
                return found;
        return null;
    }

    private async Task<SignedCheckpoint> SignedAsync(long number, CancellationToken cancellation)
    {
        var signed = (await checkpoints.ReadAsync(number, cancellation))?.Signed ?? throw new FormatException($"Checkpoint {number} is missing.");
        using var key = CheckpointKey.Of(signed.Checkpoint.PublicKey.Span);
        return signed.IsSignedBy(key) ? signed : throw new FormatException($"The signature of checkpoint {number} does not hold.");
    }

    private static async Task<ProvenStream> ProveAsync(Covered covered, SignedCheckpoint? signed, CheckpointProofs proofs, CancellationToken cancellation)
    {
        if (signed is not { Checkpoint: var checkpoint } || covered.Found is not { } found)
            return new ProvenStream(covered.Stream, covered.Records, null);
        var proof = await proofs.ProveAsync(found.Index, checkpoint.TreeSize, cancellation);
        // The log first: only a leaf that was signed convicts a chain.
        if (!proof.Proves(found.Leaf.Hash, checkpoint.Root))
            throw new FormatException($"The log's nodes do not lead from {found.Leaf.Stream} to the root that checkpoint {checkpoint.Number} signs.");
        if (found.Leaf.Version > covered.Records.Count)
            throw new QuarantineException(covered.Stream, $"it ends at version {covered.Records.Count}, and checkpoint {found.CoveredBy} signs version {found.Leaf.Version}: its end was cut off");
        if (covered.Records[(int)found.Leaf.Version - 1].Hash != found.Leaf.HeadHash)
            throw new QuarantineException(covered.Stream, $"version {found.Leaf.Version} is not the one that checkpoint {found.CoveredBy} signs: the chain was rewritten");
        return new ProvenStream(covered.Stream, covered.Records, new StreamProof(found.Leaf, proof));
    }

    private sealed record Covered(StreamId Stream, IReadOnlyList<FactRecord> Records, PlacedLeaf? Found);
}
