using AksArcJit.Journal.Checkpoints;
using AksArcJit.Lifecycle;

namespace AksArcJit.Journal.Evidence;

/// <summary>What a bundle is about.</summary>
public abstract record EvidenceSubject
{
    private EvidenceSubject() { }

    /// <summary>The file's name without its extension.</summary>
    public abstract string FileName { get; }

    public sealed record OfRequest(RequestId Id) : EvidenceSubject
    {
        public override string FileName => $"evidence-{Id}";
    }

    public sealed record OfTicket(TicketId Id) : EvidenceSubject
    {
        public override string FileName => $"evidence-ticket-{Id}";
    }
}

/// <summary>That a stream had reached a version when the checkpoint was signed; not that it went no further.</summary>
/// <param name="Proof">From the leaf to the root of the checkpoint's tree.</param>
public sealed record StreamProof(CheckpointLeaf Leaf, InclusionProof Proof);

/// <summary>A whole chain as it is stored, and how far a checkpoint covers it.</summary>
/// <param name="Records">From version 1, in order.</param>
/// <param name="Proof">
/// Of the newest version that the checkpoint covers, as whoever made the bundle knew it; null where it covers none. A reader cannot tell that
/// it is the newest: the tree has a leaf for each version that was a chain's last at some checkpoint, and each of them has a proof (RFC 9162).
/// </param>
public sealed record ProvenStream(StreamId Stream, IReadOnlyList<FactRecord> Records, StreamProof? Proof)
{
    public long Version => Records.Count == 0 ? 0 : Records[^1].Version;
}

/// <summary>All that a bundle is made from. Everything else in it follows from these, so that a reader can make it anew and compare.</summary>
/// <param name="Ticket">Without records where nothing is stored of the ticket.</param>
/// <param name="Requests">One for a request; all of a ticket's, oldest first.</param>
/// <param name="Checkpoint">Null where none covers any of the chains: not configured, or none taken yet.</param>
public sealed record EvidenceSources(
    EvidenceSubject Subject, TicketId TicketId, ProvenStream Ticket, IReadOnlyList<ProvenStream> Requests, SignedCheckpoint? Checkpoint)
{
    /// <summary>Of a ticket: what could not be taken in, so that one damaged chain does not keep the others from an auditor.</summary>
    public IReadOnlyList<LeftOut> LeftOut { get; init; } = [];
}

/// <param name="Why">A sentence: what is wrong with the request's chain.</param>
public sealed record LeftOut(RequestId Request, string Why);
