using System.Text;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Verification;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests.Verification;

/// <summary>What an insider with write access to the store does, one method a kind of damage. Each returns what has to be found.</summary>
/// <param name="NeedsAnchor">Without one it cannot be told.</param>
internal sealed record Forgery(Func<Damage, bool> Is, int Findings = 1, bool NeedsAnchor = false)
{
    public static Forgery EditValue(Scene scene, Random random)
    {
        var (rows, at) = Victim(scene, random);
        var row = rows[at];
        rows[at] = random.Next(6) switch
        {
            0 => row with { Payload = "{}"u8.ToArray() },
            1 => row with { FactId = row.FactId + "x" },
            2 => row with { Kind = "Granted" },
            3 => row with { At = row.At.AddTicks(random.Next(2) == 0 ? 1 : -1) },
            4 => row with { Hash = Other(row.Hash) },
            _ => row with { PreviousHash = Other(row.PreviousHash) },
        };
        return At<Damage.ValueEdited>(row.Stream, at + 1);
    }

    /// <summary>With the row's own hash made anew; those after it stay.</summary>
    public static Forgery EditAndSeal(Scene scene, Random random)
    {
        var (rows, at) = Victim(scene, random, afterIt: 1);
        rows[at] = Resealed(rows[at] with { Payload = "{}"u8.ToArray() });
        return At<Damage.ValueEdited>(rows[at].Stream, at + 1);
    }

    public static Forgery DeleteRow(Scene scene, Random random)
    {
        var (rows, at) = Victim(scene, random, afterIt: 1);
        var stream = rows[at].Stream;
        rows.RemoveAt(at);
        if (random.Next(2) == 0)
            Renumber(rows);
        return At<Damage.RowDeleted>(stream, at + 1);
    }

    public static Forgery InsertRow(Scene scene, Random random)
    {
        var (rows, at) = Victim(scene, random, afterIt: 1);
        var stream = rows[at].Stream;
        var previous = random.Next(2) == 0 ? Other(rows[at].Hash) : rows[at].PreviousHash;
        rows.Insert(at, HashChain.Seal(stream, at, previous, "forged", "GrantHeld", rows[at].At, Encoding.UTF8.GetBytes($"{{}}{random.Next()}")));
        Renumber(rows);
        return At<Damage.RowInserted>(stream, at + 1);
    }

    /// <summary>Sealed well, after the end or as a stream of its own, and dated when checkpoints were taken that do not hold it.</summary>
    public static Forgery AppendBackdated(Scene scene, Random random)
    {
        scene.Checkpoint();
        var (known, _) = Victim(scene, random);
        var stream = random.Next(2) == 0 ? StreamId.Of(Sample.Id(99)) : known[0].Stream;
        var rows = scene.Rows.TryGetValue(stream, out var stands) ? stands : scene.Rows[stream] = [];
        var at = rows.Count == 0 ? Sample.Start : rows[^1].At;
        rows.Add(HashChain.Seal(stream, rows.Count, rows.Count == 0 ? HashChain.Start : rows[^1].Hash, "forged", "GrantHeld", at, "{}"u8.ToArray()));
        scene.Now += TimeSpan.FromHours(2);
        scene.Append(StreamId.System, random);
        scene.Checkpoint();
        // The checkpointer has not seen it.
        return Forge(scene, stream, rows.Count);
    }

    public static Forgery Reorder(Scene scene, Random random)
    {
        var (rows, first) = Victim(scene, random, afterIt: 1);
        var second = random.Next(first + 1, (int)scene.Held(rows[0].Stream));
        (rows[first], rows[second]) = random.Next(2) == 0
            ? (rows[second] with { Version = first + 1 }, rows[first] with { Version = second + 1 })
            : (Content(rows[first], rows[second]), Content(rows[second], rows[first]));
        return new Forgery(damage => damage is Damage.RowReordered found && found.Stream == rows[0].Stream
            && (found.Row == first + 1 || found.Row == second + 1), -1);
    }

    public static Forgery TruncateTail(Scene scene, Random random)
    {
        var (rows, at) = Victim(scene, random, beforeIt: 1);
        var stream = rows[at].Stream;
        rows.RemoveRange(at, rows.Count - at);
        return At<Damage.TailTruncated>(stream, at + 1);
    }

    public static Forgery SwapBetweenRequests(Scene scene, Random random)
    {
        var (rows, at) = Victim(scene, random);
        var (others, other) = Victim(scene, random, not: rows);
        var (here, there) = (rows[at], others[other]);
        (rows[at], others[other]) = random.Next(2) == 0
            ? (there with { Stream = here.Stream, Version = here.Version }, here with { Stream = there.Stream, Version = there.Version })
            : (Content(here, there), Content(there, here));
        return new Forgery(damage => damage is Damage.RowSwapped found
            && ((found.Of, found.Row, found.With, found.WithRow) == (here.Stream, here.Version, there.Stream, there.Version)
            || (found.Of, found.Row, found.With, found.WithRow) == (there.Stream, there.Version, here.Stream, here.Version)), 2);
    }

    public static Forgery RemoveRequest(Scene scene, Random random)
    {
        var stream = Victim(scene, random).Rows[0].Stream;
        scene.Rows.Remove(stream);
        return new Forgery(damage => damage is Damage.RequestRemoved && damage.Stream == stream);
    }

    public static Forgery RewriteChain(Scene scene, Random random)
    {
        var (rows, at) = Victim(scene, random);
        var stream = rows[0].Stream;
        rows[at] = Resealed(rows[at] with { Payload = "{}"u8.ToArray() });
        for (var i = at + 1; i < rows.Count; i++)
            rows[i] = Resealed(rows[i] with { PreviousHash = rows[i - 1].Hash });
        return new Forgery(damage => damage is Damage.ChainRewritten found && found.Of == stream
            && found.Row == scene.FirstUnproven(stream, at + 1) && found.Row <= at + 1 && found.Convicting >= at + 1);
    }

    public static Forgery AlterCheckpoint(Scene scene, Random random)
    {
        var at = random.Next(scene.Checkpoints.Count);
        var stored = scene.Checkpoints[at];
        var body = stored.Signed.Checkpoint;
        scene.Checkpoints[at] = random.Next(5) switch
        {
            0 => stored with { Signed = stored.Signed with { Signature = new byte[64] } },
            1 => stored with { Signed = Unsigned(body with { At = body.At.AddSeconds(1) }, stored.Signed) },
            2 => stored with { Leaves = [stored.Leaves[0] with { Version = stored.Leaves[0].Version + 1 }, .. stored.Leaves.Skip(1)] },
            3 => stored with { Leaves = [.. stored.Leaves.Skip(1)] },
            _ => stored with { Signed = Unsigned(body with { Previous = MerkleHash.OfLeaf([]) }, stored.Signed) },
        };
        return OfCheckpoint<Damage.CheckpointAltered>(at + 1);
    }

    public static Forgery DropCheckpoint(Scene scene, Random random)
    {
        var at = random.Next(scene.Checkpoints.Count);
        var isNewest = at == scene.Checkpoints.Count - 1;
        scene.Checkpoints.RemoveAt(at);
        return OfCheckpoint<Damage.CheckpointDropped>(at + 1) with { NeedsAnchor = isNewest };
    }

    public static Forgery DropNewestCheckpoints(Scene scene, Random random)
    {
        var from = random.Next(scene.Checkpoints.Count);
        scene.Checkpoints.RemoveRange(from, scene.Checkpoints.Count - from);
        return OfCheckpoint<Damage.CheckpointDropped>(from + 1) with { NeedsAnchor = true };
    }

    public static Forgery Resign(Scene scene, Random random)
    {
        var at = random.Next(scene.Checkpoints.Count);
        scene.Checkpoints[at] = scene.Checkpoints[at] with { Signed = Scene.Sign(scene.Checkpoints[at].Signed.Checkpoint, Scene.OtherSigner) };
        return OfCheckpoint<Damage.CheckpointResigned>(at + 1);
    }

    public static Forgery ResignAll(Scene scene)
    {
        MerkleHash previous = default;
        for (var i = 0; i < scene.Checkpoints.Count; i++)
        {
            var signed = Scene.Sign(scene.Checkpoints[i].Signed.Checkpoint with { Previous = previous }, Scene.OtherSigner);
            (scene.Checkpoints[i], previous) = (scene.Checkpoints[i] with { Signed = signed }, signed.Hash);
        }
        return new Forgery(damage => damage is Damage.CheckpointResigned, scene.Checkpoints.Count);
    }

    public static Forgery MoveClockBack(Scene scene, Random random)
    {
        var (rows, _) = Victim(scene, random);
        var back = -TimeSpan.FromHours(random.Next(30, 60));
        var stream = random.Next(2) == 0 ? StreamId.Of(Sample.Id(77)) : rows[0].Stream;
        if (random.Next(3) == 0)
        {
            scene.Append(stream, random);
            scene.Checkpoint(back);
            return new Forgery(damage => damage is Damage.ClockMovedBack found && (found.Number == scene.Checkpoints.Count), -1);
        }
        scene.Append(stream, random, back);
        var row = scene.Rows[stream].Count;
        scene.Checkpoint();
        return new Forgery(damage => damage is Damage.ClockMovedBack && damage.Stream == stream && damage.Version == row, -1);
    }

    /// <summary>The store is what it was some time ago; the anchor knows more.</summary>
    public static Forgery Restore(Scene scene, Random random)
    {
        var keep = random.Next(scene.Checkpoints.Count);
        var upTo = keep == 0 ? DateTimeOffset.MinValue : scene.Checkpoints[keep - 1].Signed.Checkpoint.At;
        RollBack(scene, keep, upTo);
        return OfCheckpoint<Damage.StoreRestored>(keep + 1) with { NeedsAnchor = true };
    }

    /// <summary>And the broker went on from there.</summary>
    public static Forgery RestoreAndGoOn(Scene scene, Random random)
    {
        var anchored = scene.Anchored.ToList();
        var keep = random.Next(1, scene.Checkpoints.Count);
        RollBack(scene, keep, scene.Checkpoints[keep - 1].Signed.Checkpoint.At);
        scene.Append(StreamId.System, random);
        scene.Checkpoint();
        scene.Anchored.Clear();
        scene.Anchored.AddRange(anchored);
        return OfCheckpoint<Damage.StoreRestored>(keep + 1) with { NeedsAnchor = true, Findings = -1 };
    }

    /// <summary>The broker went on, and has made as many checkpoints since as it had then, or more. The anchor has taken none of them.</summary>
    public static Forgery RestoreAndGoFar(Scene scene, Random random)
    {
        var forgery = RestoreAndGoOn(scene, random);
        var anchored = scene.Anchored.ToList();
        for (var more = random.Next(1, 5); more > 0; more--)
        {
            scene.Now += TimeSpan.FromMinutes(random.Next(60));
            scene.Append(StreamId.System, random);
            scene.Checkpoint();
        }
        scene.Anchored.Clear();
        scene.Anchored.AddRange(anchored);
        return forgery with { Findings = 1 };
    }

    /// <summary>Facts have come since that no checkpoint holds yet.</summary>
    public static Forgery RestoreAndAppend(Scene scene, Random random)
    {
        var forgery = Restore(scene, random);
        scene.Now += TimeSpan.FromHours(random.Next(1, 5));
        for (var facts = random.Next(1, 8); facts > 0; facts--)
            scene.Append(random.Next(2) == 0 ? StreamId.System : StreamId.Of(Sample.Id(60 + facts)), random);
        return forgery;
    }

    private static void RollBack(Scene scene, int checkpoints, DateTimeOffset upTo)
    {
        scene.Checkpoints.RemoveRange(checkpoints, scene.Checkpoints.Count - checkpoints);
        foreach (var (stream, rows) in scene.Rows.ToList())
        {
            rows.RemoveAll(row => row.At > upTo);
            if (rows.Count == 0)
                scene.Rows.Remove(stream);
        }
    }

    private static Forgery Forge(Scene scene, StreamId stream, int row)
    {
        var newest = scene.Checkpoints[^1];
        var leaves = newest.Leaves.Where(leaf => leaf.Stream != stream).ToList();
        var before = scene.Checkpoints[^2].Signed;
        var (edge, nodes) = before.Checkpoint.Frontier.Append(leaves.Select(leaf => leaf.Hash));
        var signed = Scene.Sign(newest.Signed.Checkpoint with { Frontier = edge }, Scene.Signer);
        scene.Checkpoints[^1] = new StoredCheckpoint(signed, leaves, nodes);
        scene.Anchored[^1] = signed;
        return At<Damage.RowInserted>(stream, row);
    }

    /// <summary>A row of a request that checkpoints hold.</summary>
    private static (List<FactRecord> Rows, int At) Victim(Scene scene, Random random, int beforeIt = 0, int afterIt = 0, List<FactRecord>? not = null)
    {
        var able = scene.Rows.Where(rows => rows.Value != not && rows.Key != StreamId.System && scene.Held(rows.Key) > beforeIt + afterIt).ToList();
        var (stream, found) = able[random.Next(able.Count)];
        return (found, random.Next(beforeIt, (int)scene.Held(stream) - afterIt));
    }

    private static Forgery At<T>(StreamId stream, long row) where T : Damage => new(damage => damage is T && damage.Stream == stream && damage.Version == row);

    private static Forgery OfCheckpoint<T>(long number) where T : Damage => new(damage => damage is T && damage.Checkpoint == number);

    private static FactRecord Resealed(FactRecord row) =>
        row with { Hash = HashChain.Hash(row.PreviousHash, row.Stream, row.Version, row.FactId, row.Kind, row.At, row.Payload.Span) };

    /// <summary>The place with its hashes, and another row's content.</summary>
    private static FactRecord Content(FactRecord place, FactRecord content) =>
        place with { FactId = content.FactId, Kind = content.Kind, At = content.At, Payload = content.Payload };

    private static void Renumber(List<FactRecord> rows)
    {
        for (var i = 0; i < rows.Count; i++)
            rows[i] = rows[i] with { Version = i + 1 };
    }

    private static string Other(string hash) => (hash[0] == 'f' ? '0' : 'f') + hash[1..];

    private static SignedCheckpoint Unsigned(Checkpoint checkpoint, SignedCheckpoint was) => SignedCheckpoint.Decode(checkpoint.Encode(), was.Signature);
}
