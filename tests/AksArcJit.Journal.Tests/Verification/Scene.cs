using System.Security.Cryptography;
using System.Text;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Verification;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests.Verification;

/// <summary>A journal as brokers and a checkpointer leave it: interleaved streams, checkpoints between, facts after the newest.</summary>
internal sealed class Scene
{
    public static readonly ECDsa Signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public static readonly CheckpointKey Key = CheckpointKey.Of(Signer.ExportSubjectPublicKeyInfo());
    public static readonly ECDsa OtherSigner = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public Dictionary<StreamId, List<FactRecord>> Rows { get; private init; } = [];

    public List<StoredCheckpoint> Checkpoints { get; private init; } = [];

    /// <summary>As they were signed, whatever becomes of those in the store.</summary>
    public List<SignedCheckpoint> Anchored { get; private init; } = [];

    public DateTimeOffset Now { get; set; } = Sample.Start;

    public static Scene Of(Random random)
    {
        var scene = new Scene();
        var streams = Enumerable.Range(1, random.Next(2, 7)).Select(i => StreamId.Of(Sample.Id(i))).Append(StreamId.System).Append(StreamId.Of(Sample.ClusterId)).ToArray();
        // Two requests of three rows at least, so that each damage finds its victim.
        foreach (var stream in new[] { 0, 1, 0, 1, 0, 1, 0 })
            scene.Append(streams[stream], random);
        for (var rounds = random.Next(1, 4); rounds > 0; rounds--)
        {
            scene.Checkpoint();
            scene.Now += TimeSpan.FromSeconds(random.Next(1, 3600));
            for (var facts = random.Next(1, 12); facts > 0; facts--)
                scene.Append(streams[random.Next(streams.Length)], random);
        }
        scene.Checkpoint();
        return scene;
    }

    public Scene Copy() => new()
    {
        Rows = Rows.ToDictionary(rows => rows.Key, rows => rows.Value.ToList()),
        Checkpoints = [.. Checkpoints],
        Anchored = [.. Anchored],
        Now = Now,
    };

    public void Append(StreamId stream, Random random, TimeSpan skew = default)
    {
        Now += TimeSpan.FromMilliseconds(random.Next(1, 20_000));
        var rows = Rows.TryGetValue(stream, out var known) ? known : Rows[stream] = [];
        rows.Add(HashChain.Seal(stream, rows.Count, rows.Count == 0 ? HashChain.Start : rows[^1].Hash, $"{stream.Text}/{rows.Count + 1}", "GrantHeld", Now + skew,
            Encoding.UTF8.GetBytes($$"""{"reason":"{{random.NextInt64()}}"}""")));
    }

    public void Checkpoint(TimeSpan skew = default)
    {
        Now += TimeSpan.FromSeconds(1);
        var held = Checkpoints.SelectMany(checkpoint => checkpoint.Leaves).GroupBy(leaf => leaf.Stream).ToDictionary(leaves => leaves.Key, leaves => leaves.Max(leaf => leaf.Version));
        var leaves = Rows.Where(rows => rows.Value.Count > held.GetValueOrDefault(rows.Key))
            .Select(rows => new CheckpointLeaf(rows.Key, rows.Value.Count, rows.Value[^1].Hash)).ToList();
        var previous = Checkpoints.LastOrDefault()?.Signed;
        var (edge, nodes) = (previous?.Checkpoint.Frontier ?? MerkleFrontier.Empty).Append(leaves.Select(leaf => leaf.Hash));
        var signed = Sign(new Checkpoint("test", Checkpoints.Count + 1, Now + skew, Now + skew, edge, previous?.Hash ?? default, default), Signer);
        Checkpoints.Add(new StoredCheckpoint(signed, leaves, nodes));
        Anchored.Add(signed);
    }

    public static SignedCheckpoint Sign(Checkpoint checkpoint, ECDsa signer)
    {
        var body = (checkpoint with { PublicKey = signer.ExportSubjectPublicKeyInfo() }).Encode();
        return SignedCheckpoint.Decode(body, signer.SignData(body, HashAlgorithmName.SHA256));
    }

    /// <summary>A version of the stream that the newest sound checkpoint holds.</summary>
    public long Held(StreamId stream) =>
        Checkpoints.SelectMany(checkpoint => checkpoint.Leaves).Where(leaf => leaf.Stream == stream).Select(leaf => leaf.Version).DefaultIfEmpty(0).Max();

    /// <summary>The first version after the last checkpoint head before this row: where rewriting from this row on may have begun.</summary>
    public long FirstUnproven(StreamId stream, long row) =>
        Checkpoints.SelectMany(checkpoint => checkpoint.Leaves).Where(leaf => leaf.Stream == stream && leaf.Version < row).Select(leaf => leaf.Version).DefaultIfEmpty(0).Max() + 1;

    /// <param name="hasNewestOnly">The anchor can only be asked for its newest, as a broker asks it.</param>
    public (VerificationReport Report, List<Damage> Damages) Verify(bool hasAnchor = true, bool hasKey = true, bool isWhole = true, bool hasNewestOnly = false)
    {
        Anchor? anchor = null;
        if (hasAnchor)
        {
            anchor = new Anchor();
            foreach (var signed in hasNewestOnly ? Anchored.TakeLast(1) : Anchored)
                Assert.True(anchor.Add(signed));
        }
        var damages = new List<Damage>();
        using var verifier = new JournalVerifier(anchor, hasKey ? [Key] : [], damages.Add);
        foreach (var checkpoint in Checkpoints)
            verifier.Take(new JournalRow.Checkpoint(checkpoint));
        foreach (var row in Rows.Values.SelectMany(rows => rows))
            verifier.Take(new JournalRow.Fact(row));
        return (verifier.Finish(isWhole), damages);
    }
}
