using AksArcJit.Journal.Checkpoints;
using CsCheck;

namespace AksArcJit.Journal.Tests.Checkpoints;

/// <summary>The leaves, roots and paths of the Certificate Transparency test suite (RFC 6962, whose hashing RFC 9162 keeps).</summary>
public class MerkleTests
{
    private static readonly MerkleHash[] Leaves =
    [
        .. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }
            .Select(hex => MerkleHash.OfLeaf(Convert.FromHexString(hex))),
    ];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Root_WhenLeavesAreAppended_ThenIsTheKnownOne(int size, string root) =>
        Assert.Equal(root, MerkleFrontier.Empty.Append(Leaves.Take(size)).Frontier.Root.ToString());

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(5, 8, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(1, 5, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void Build_WhenGivenTheNodes_ThenIsTheKnownPath(int leaf, int size, params string[] path)
    {
        var proof = new Log(Leaves[..size]).Prove(leaf, size);
        Assert.Equal(path, proof.Path.Select(hash => hash.ToString()));
        Assert.True(proof.Proves(Leaves[leaf], MerkleFrontier.Empty.Append(Leaves.Take(size)).Frontier.Root));
    }

    /// <summary>However the leaves are cut into appends: the same root, and a proof for each leaf at each size from stored nodes alone.</summary>
    [Fact]
    public void AnyLog_WhenGrownInSteps_ThenEachLeafIsProvenAndNoOther() => Gen.Int[1, 70].Sample(size =>
    {
        var leaves = Enumerable.Range(0, size).Select(i => MerkleHash.OfLeaf(BitConverter.GetBytes(i))).ToArray();
        var log = new Log(leaves);
        for (var at = 1; at <= size; at++)
        {
            var root = MerkleFrontier.Empty.Append(leaves.Take(at)).Frontier.Root;
            for (var leaf = 0; leaf < at; leaf++)
            {
                var proof = log.Prove(leaf, at);
                Assert.True(proof.Proves(leaves[leaf], root));
                Assert.False(proof.Proves(MerkleHash.OfLeaf("other"u8), root));
                Assert.False((proof with { LeafIndex = (leaf + 1) % at }).Proves(leaves[leaf], root) && at > 1);
                Assert.False((proof with { Path = [.. proof.Path, root] }).Proves(leaves[leaf], root));
                if (proof.Path.Count > 0)
                    Assert.False((proof with { Path = [.. proof.Path.Skip(1)] }).Proves(leaves[leaf], root));
            }
        }
    }, iter: 20);

    [Fact]
    public void Append_WhenCutAnywhere_ThenTheEdgeIsTheSame() => Gen.Select(Gen.Int[0, 60], Gen.Int[0, 60]).Sample((first, second) =>
    {
        var leaves = Enumerable.Range(0, first + second).Select(i => MerkleHash.OfLeaf(BitConverter.GetBytes(i))).ToArray();
        var whole = MerkleFrontier.Empty.Append(leaves).Frontier;
        Assert.Equal(whole, MerkleFrontier.Empty.Append(leaves.Take(first)).Frontier.Append(leaves.Skip(first)).Frontier);
        Assert.True(whole.IsSound);
        Assert.False((whole with { Size = whole.Size + 1 }).IsSound && (whole with { Size = whole.Size + 2 }).IsSound);
    });

    [Theory]
    [InlineData("")]
    [InlineData("6E340B9CFFB37A989CA544E6BB780A2C78901D3FB33738768511A30617AFA01D")]
    [InlineData("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01g")]
    public void TryParse_WhenNoHash_ThenSaysSo(string text) => Assert.False(MerkleHash.TryParse(text, out _));

    /// <summary>What a store keeps: leaf hashes and completed nodes.</summary>
    private sealed class Log(IReadOnlyList<MerkleHash> leaves)
    {
        private readonly Dictionary<(int, long), MerkleHash> nodes = MerkleFrontier.Empty.Append(leaves).Nodes
            .Concat(leaves.Select((leaf, i) => new MerkleNode(0, i, leaf))).ToDictionary(node => (node.Level, node.Index), node => node.Hash);

        public InclusionProof Prove(long leaf, long size)
        {
            var needed = InclusionProof.NodesFor(leaf, size).ToHashSet();
            return InclusionProof.Build(leaf, size, (level, index) => needed.Remove((level, index)) ? nodes[(level, index)] : throw new InvalidOperationException());
        }
    }
}
