using System.Security.Cryptography;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Evidence;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests.Evidence;

/// <summary>A log of checkpoints as it grows while a request goes its way, and the bundles that are made meanwhile.</summary>
internal sealed class Logged
{
    public static readonly ECDsa Signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private readonly List<CheckpointLeaf> _leaves = [];

    /// <param name="covered">The last version of the request that a checkpoint holds.</param>
    public Logged(int covered = 6)
    {
        Ticket = Cases.Chain(StreamId.Of(Sample.TicketId), Cases.Ticket);
        Request = Cases.Chain(StreamId.Of(Cases.First), Cases.Ended(Cases.First));
        Add(1, Ticket[0], Request[2]);
        Add(2, Request[3]);
        Add(3, Request[covered - 1], Ticket[1]);
        Add(4);
    }

    public static CheckpointKey Key => CheckpointKey.Of(Signer.ExportSubjectPublicKeyInfo());

    public IReadOnlyList<FactRecord> Ticket { get; }

    public IReadOnlyList<FactRecord> Request { get; }

    public List<StoredCheckpoint> Checkpoints { get; } = [];

    public IEnumerable<JournalRow> Rows => Checkpoints.Select(stored => new JournalRow.Checkpoint(stored));

    /// <summary>As it was made when the log ended at this checkpoint, and honest then.</summary>
    /// <param name="ticket">Facts of the ticket.</param>
    /// <param name="request">Facts of the request.</param>
    public byte[] Bundle(int checkpoint, int ticket, int request) => Zips.Of(Sources(checkpoint, ticket, request));

    /// <inheritdoc cref="Bundle"/>
    public EvidenceSources Sources(int checkpoint, int ticket, int request)
    {
        var signed = Checkpoints[checkpoint - 1].Signed;
        return new EvidenceSources(
            new EvidenceSubject.OfRequest(Cases.First), Sample.TicketId, Proven(Ticket, ticket), [Proven(Request, request)], signed);

        ProvenStream Proven(IReadOnlyList<FactRecord> chain, int count)
        {
            var size = (int)signed.Checkpoint.TreeSize;
            var index = _leaves.FindLastIndex(size - 1, leaf => leaf.Stream == chain[0].Stream && leaf.Version <= count);
            return new ProvenStream(chain[0].Stream, [.. chain.Take(count)],
                index < 0 ? null : new StreamProof(_leaves[index], InclusionProof.Build(index, size, (level, place) => Cases.Node(_leaves, level, place))));
        }
    }

    public static SignedCheckpoint Sign(Checkpoint checkpoint, ECDsa signer)
    {
        var body = (checkpoint with { PublicKey = signer.ExportSubjectPublicKeyInfo() }).Encode();
        return SignedCheckpoint.Decode(body, signer.SignData(body, HashAlgorithmName.SHA256));
    }

    private void Add(int number, params FactRecord[] heads)
    {
        var leaves = heads.Select(head => new CheckpointLeaf(head.Stream, head.Version, head.Hash))
            .Append(new CheckpointLeaf(StreamId.Of(Sample.Id(20 + number)), 1, new string('a', 64))).ToList();
        var previous = Checkpoints.LastOrDefault()?.Signed;
        var (frontier, nodes) = (previous?.Checkpoint.Frontier ?? MerkleFrontier.Empty).Append(leaves.Select(leaf => leaf.Hash));
        var at = Sample.Start.AddHours(30 + number);
        _leaves.AddRange(leaves);
        Checkpoints.Add(new StoredCheckpoint(Sign(new Checkpoint("harbour", number, at, at, frontier, previous?.Hash ?? default, default), Signer), leaves, nodes));
    }
}
