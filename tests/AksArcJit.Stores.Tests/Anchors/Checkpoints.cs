using AksArcJit.Journal.Checkpoints;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Checkpoints;

namespace AksArcJit.Stores.Tests.Anchors;

internal static class Checkpoints
{
    public static IReadOnlyList<SignedCheckpoint> Chain(TestSigner signer, int count)
    {
        var made = new List<SignedCheckpoint>();
        while (made.Count < count)
        {
            var previous = made.Count == 0 ? null : made[^1];
            var leaf = new CheckpointLeaf(Line.NewRequest().Stream, 1, new string('a', 64));
            var checkpoint = new Checkpoint("test", made.Count + 1, Sample.Start.AddMinutes(made.Count), Sample.Start,
                (previous?.Checkpoint.Frontier ?? MerkleFrontier.Empty).Append([leaf.Hash]).Frontier, previous?.Hash ?? default, signer.Key.PublicKey);
            var body = checkpoint.Encode();
            made.Add(new SignedCheckpoint(checkpoint, body, signer.SignAsync(body, CancellationToken.None).Result));
        }
        return made;
    }
}
