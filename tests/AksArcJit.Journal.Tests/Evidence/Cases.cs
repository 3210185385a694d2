using System.Security.Cryptography;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Evidence;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using static AksArcJit.Lifecycle.Requests.RequestFact;

namespace AksArcJit.Journal.Tests.Evidence;

/// <summary>Requests as they go, sealed as stores hold them, and checkpoints over them.</summary>
internal static class Cases
{
    public const string Hostile = "<script>alert(1)</script> \"quoted\" & 'apostrophe' \u202Etxt.exe {0} {{";

    public static readonly RequestId First = Sample.Id(1);
    public static readonly RequestId Second = Sample.Id(2);
    private static readonly Lazy<ECDsa> Key = new(() => ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static CheckpointKey PublicKey => CheckpointKey.Of(Key.Value.ExportSubjectPublicKeyInfo());

    public static CheckpointKey OtherKey
    {
        get
        {
            using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return CheckpointKey.Of(other.ExportSubjectPublicKeyInfo());
        }
    }

    public static IReadOnlyList<(Fact, TimeSpan)> Ticket { get; } =
    [
        (new TicketFact.TicketRecorded(Sample.Ticket() with { Title = "Pods of the web shop restart" }, Sample.Operator), TimeSpan.FromMinutes(-20)),
        (new TicketFact.TicketClosed(Sample.TicketId, 2, Sample.Operator), TimeSpan.FromHours(3)),
    ];

    private static Terms Narrowed(RequestId id) => Sample.Terms(id, TimeSpan.FromHours(1), new Scope.Namespace("web"));

    private static IReadOnlyList<ProbeAnswer> Answers(Terms terms, bool allowed, BindingName? by = null) =>
    [
        .. Probe.Of(Sample.Rules, terms.Scope).Select(probe => new ProbeAnswer(probe, allowed,
            allowed ? $"RBAC: allowed by {by ?? BindingName.For(terms.Request, terms.Scope)}" : "", allowed ? by ?? BindingName.For(terms.Request, terms.Scope) : null)),
    ];

    public static IReadOnlyList<(Fact, TimeSpan)> Asked(RequestId id, string why = "The web shop’s pods restart every few minutes since the update; look at their logs and events.") =>
        [(new AccessRequested(Sample.Request(id) with { Justification = why }, Sample.Rules.Rules), TimeSpan.Zero)];

    public static IReadOnlyList<(Fact, TimeSpan)> Consented(RequestId id) =>
    [
        .. Asked(id),
        (new ConsentGiven(Sample.Approver, Sample.Terms(id).Hash(), Narrowed(id), [], "Only the web namespace, and one hour is enough."), TimeSpan.FromMinutes(7)),
        (new GrantIntended(1, Narrowed(id), BindingName.For(id, Narrowed(id).Scope), Sample.Start.AddMinutes(67.5), Probe.Of(Sample.Rules, Narrowed(id).Scope)), TimeSpan.FromMinutes(7)),
    ];

    public static IReadOnlyList<(Fact, TimeSpan)> Active(RequestId id) =>
    [
        .. Consented(id),
        (new Granted("6f1c0d1e-52b4-4a0c-9f64-0a4b8a2f3c11", Sample.Start.AddMinutes(67.5), Sample.Start.AddMinutes(67).AddSeconds(2), Answers(Narrowed(id), true)), new TimeSpan(0, 7, 2) + TimeSpan.FromMilliseconds(400)),
    ];

    public static IReadOnlyList<(Fact, TimeSpan)> Ended(RequestId id) =>
    [
        .. Active(id),
        (new RevocationStarted(new Outcome.Ended(EndCause.Expired), null, "The window ended."), new TimeSpan(1, 7, 2)),
        (new AccessGone(Answers(Narrowed(id), false), []), new TimeSpan(1, 7, 3)),
    ];

    public static IReadOnlyList<(Fact, TimeSpan)> EndedWithResidual(RequestId id) => EndedWithResidual(id, new BindingName("aks-service-rolebinding", ""));

    public static IReadOnlyList<(Fact, TimeSpan)> EndedWithResidual(RequestId id, BindingName by) =>
    [
        .. Active(id),
        (new RevocationStarted(new Outcome.Ended(EndCause.CustomerRevoked), Sample.Approver, "Enough was seen."), new TimeSpan(0, 40, 2)),
        (new AccessGone(Answers(Narrowed(id), true, by), Answers(Narrowed(id), true, by)), new TimeSpan(0, 40, 4)),
    ];

    public static IReadOnlyList<(Fact, TimeSpan)> EndedOnWord(RequestId id) =>
    [
        .. Active(id),
        (new RevocationStarted(new Outcome.Ended(EndCause.TicketClosed), Sample.Operator, "Ticket CASE-1001 was closed."), new TimeSpan(0, 30, 0)),
        (new RevocationAttemptFailed("The cluster does not answer."), new TimeSpan(0, 30, 10)),
        (new RevocationUnconfirmed("The cluster does not answer.", []), new TimeSpan(0, 35, 10)),
        (new GoneByWord(Sample.Operator, "The cluster was scrapped."), new TimeSpan(5, 0, 0)),
    ];

    public static IReadOnlyList<(Fact, TimeSpan)> Refused(RequestId id) =>
        [.. Asked(id, Hostile), (new ConsentRefused(Sample.Approver, Hostile), TimeSpan.FromMinutes(3))];

    public static IReadOnlyList<(Fact, TimeSpan)> RoleChanged(RequestId id)
    {
        var wider = new RoleRules([.. Sample.Rules.Rules, PolicyRule.On(["get", "create"], [""], ["pods/exec"])]);
        var shown = Sample.Terms(id) with { RulesHash = wider.Hash };
        var widest = new RoleRules([.. wider.Rules, PolicyRule.On(["list"], [""], ["secrets"])]);
        return
        [
            .. Asked(id),
            (new ConsentGiven(Sample.Approver, shown.Hash(), shown, wider.Rules, ""), TimeSpan.FromMinutes(30)),
            (new GrantScheduled(shown, Sample.Start.AddHours(20)), TimeSpan.FromMinutes(30)),
            (new GrantIntended(1, shown, BindingName.For(id, shown.Scope), Sample.Start.AddHours(22).AddSeconds(30), Probe.Of(wider, shown.Scope)), TimeSpan.FromHours(20)),
            (new Granted("u", Sample.Start.AddHours(22).AddSeconds(30), Sample.Start.AddHours(22), Answers(shown, true)), TimeSpan.FromHours(20) + TimeSpan.FromSeconds(1)),
            (new RoleChangeObserved(widest.Hash, widest.Rules), TimeSpan.FromHours(21)),
            (new RevocationStarted(new Outcome.Ended(EndCause.EngineerReleased), Sample.Engineer, "Done."), TimeSpan.FromHours(21.5)),
            (new AccessGone(Answers(shown, false), []), TimeSpan.FromHours(21.5) + TimeSpan.FromSeconds(2)),
        ];
    }

    /// <summary>Every way in which a request may stand, for reports and bundles to be made of.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<(Fact, TimeSpan)>> All { get; } = new Dictionary<string, IReadOnlyList<(Fact, TimeSpan)>>
    {
        ["asked"] = Asked(First),
        ["consented"] = Consented(First),
        ["active"] = Active(First),
        ["ended"] = Ended(First),
        ["residual"] = EndedWithResidual(First),
        ["word"] = EndedOnWord(First),
        ["refused"] = Refused(First),
        ["changed"] = RoleChanged(First),
    };

    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>Sealed; times are counted from <see cref="Sample.Start"/>.</summary>
    public static IReadOnlyList<FactRecord> Chain(StreamId stream, IEnumerable<(Fact Fact, TimeSpan At)> facts)
    {
        var records = new List<FactRecord>();
        foreach (var (fact, at) in facts)
        {
            var (kind, payload) = FactText.Encode(fact);
            records.Add(HashChain.Seal(stream, records.Count, records.Count > 0 ? records[^1].Hash : HashChain.Start,
                $"fact{records.Count + 1}-{stream.Text.Length}".PadRight(26, 'a'), kind, Sample.Start + at, payload));
        }
        return records;
    }

    public static EvidenceSources Of(string name, bool isProven = true) => Request(All[name], isProven ? int.MaxValue : 0);

    /// <param name="covered">The version that the checkpoint covers at most; 0 for no checkpoint.</param>
    public static EvidenceSources Request(IReadOnlyList<(Fact, TimeSpan)> facts, int covered = int.MaxValue) => Sources(
        new EvidenceSubject.OfRequest(First), Chain(StreamId.Of(Sample.TicketId), Ticket), [Chain(StreamId.Of(First), facts)], covered);

    /// <summary>What a forger makes: the chain without its last facts, with the proof of an older leaf of the same signed checkpoint.</summary>
    public static EvidenceSources CutBack(IReadOnlyList<(Fact, TimeSpan)> facts, int shown) => Sources(
        new EvidenceSubject.OfRequest(First), Chain(StreamId.Of(Sample.TicketId), Ticket), [Chain(StreamId.Of(First), facts)], int.MaxValue, shown: shown);

    public static EvidenceSources TicketBundle(int covered = int.MaxValue) => Sources(
        new EvidenceSubject.OfTicket(Sample.TicketId), Chain(StreamId.Of(Sample.TicketId), Ticket),
        [Chain(StreamId.Of(First), Ended(First)), Chain(StreamId.Of(Second), Refused(Second))], covered);

    public static EvidenceSources Sources(EvidenceSubject subject, IReadOnlyList<FactRecord> ticket, IReadOnlyList<IReadOnlyList<FactRecord>> requests, int covered, ECDsa? key = null, int shown = int.MaxValue)
    {
        var streams = requests.Prepend(ticket).ToList();
        if (covered == 0)
            return Made(null, _ => null);

        // Others' leaves before and between, so that proofs have siblings.
        var leaves = Enumerable.Range(10, 3).Select(other => new CheckpointLeaf(StreamId.Of(Sample.Id(other)), 1, HashChain.Start)).ToList();
        // A chain has a leaf for each version that was its last when a checkpoint was taken.
        leaves.AddRange(streams.SelectMany(stream => stream.Take(covered)).Select(head => new CheckpointLeaf(head.Stream, head.Version, head.Hash)));
        var frontier = MerkleFrontier.Empty.Append(leaves.Select(leaf => leaf.Hash)).Frontier;
        var at = Sample.Start.AddHours(30);
        var signer = key ?? Key.Value;
        var checkpoint = new Checkpoint("harbour", 7, at, at, frontier, MerkleHash.Of([1]), signer.ExportSubjectPublicKeyInfo());
        var body = checkpoint.Encode();
        return Made(new SignedCheckpoint(checkpoint, body, signer.SignData(body, HashAlgorithmName.SHA256)), stream =>
        {
            var index = leaves.FindLastIndex(leaf => leaf.Stream == stream[0].Stream && leaf.Version <= stream.Count);
            return new StreamProof(leaves[index], InclusionProof.Build(index, leaves.Count, (level, place) => Node(leaves, level, place)));
        });

        EvidenceSources Made(SignedCheckpoint? signed, Func<IReadOnlyList<FactRecord>, StreamProof?> proof)
        {
            var proven = streams.Select(records => (IReadOnlyList<FactRecord>)[.. records.Take(shown)]).Select(records => new ProvenStream(records[0].Stream, records, proof(records))).ToList();
            return new EvidenceSources(subject, Sample.TicketId, proven[0], [.. proven.Skip(1)], signed);
        }
    }

    public static MerkleHash Node(List<CheckpointLeaf> leaves, int level, long index) => level == 0
        ? leaves[(int)index].Hash
        : MerkleHash.OfNode(Node(leaves, level - 1, 2 * index), Node(leaves, level - 1, 2 * index + 1));
}
