using System.Security.Cryptography;
using System.Text;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private readonly ECDsa signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => signer.Dispose();

    [Fact]
    public void Encode_WhenDecoded_ThenIsTheSame()
    {
        var checkpoint = First();
        Assert.Equal(checkpoint, Checkpoint.Decode(checkpoint.Encode()));
        Assert.Equal(checkpoint.KeyId, Convert.ToHexStringLower(SHA256.HashData(signer.ExportSubjectPublicKeyInfo())));
    }

    /// <summary>Released checkpoints are read for ever.</summary>
    [Fact]
    public void Encode_WhenCompared_ThenIsTheReleasedText()
    {
        var checkpoint = new Checkpoint("shop", 2, Sample.Start.AddSeconds(1), Sample.Start, MerkleFrontier.Empty.Append([MerkleHash.OfLeaf([])]).Frontier,
            MerkleHash.OfLeaf([]), new byte[] { 1, 2, 3 });
        Assert.Equal("""{"format":"aksarcjit-checkpoint/1","log":"shop","number":2,"at":"2026-03-02T09:00:01.0000000Z","coversUntil":"2026-03-02T09:00:00.0000000Z","treeSize":1,"root":"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d","previous":"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d","keyId":"039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81","publicKey":"AQID","frontier":["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"]}""",
            Encoding.UTF8.GetString(checkpoint.Encode()));
    }

    /// <summary>As the Python in a bundle's README.txt computes it.</summary>
    [Fact]
    public void Leaf_WhenHashed_ThenIsTheReleasedHash() => Assert.Equal(
        "11eddc61cc15c9af7613475d51a3a273a830907b3617cfe8634538dba71f7486",
        new CheckpointLeaf(StreamId.Of(Sample.TicketId), 258, "d35e05ce480998d7eb4dbd170e347fbdabd88632d6b8c60fcc0cfe91dc709e14").Hash.ToString());

    [Fact]
    public void Decode_WhenAnyByteIsAltered_ThenRefusesOrDiffers()
    {
        var body = First().Encode();
        for (var i = 0; i < body.Length; i++)
        {
            var altered = body.ToArray();
            altered[i] ^= 1;
            try
            {
                Assert.NotEqual(First(), Checkpoint.Decode(altered));
            }
            catch (FormatException)
            {
                continue;
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"log":1}""")]
    public void Decode_WhenNoCheckpoint_ThenRefuses(string text) => Assert.Throws<FormatException>(() => Checkpoint.Decode(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void IsSignedBy_WhenSignedByTheKey_ThenHoldsAndElseNot()
    {
        using var key = CheckpointKey.Of(signer.ExportSubjectPublicKeyInfo());
        using var otherSigner = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = CheckpointKey.Of(otherSigner.ExportSubjectPublicKeyInfo());
        var body = First().Encode();
        var good = SignedCheckpoint.Decode(body, signer.SignData(body, HashAlgorithmName.SHA256));
        Assert.True(good.IsSignedBy(key));
        Assert.False(good.IsSignedBy(other));
        Assert.False((good with { Signature = otherSigner.SignData(body, HashAlgorithmName.SHA256) }).IsSignedBy(key));
        Assert.False((good with { Signature = Array.Empty<byte>() }).IsSignedBy(key));
        Assert.False((good with { Signature = signer.SignData(body, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) }).IsSignedBy(key));
    }

    [Fact]
    public void FromPem_WhenAPublicKey_ThenIsThatKey()
    {
        using var key = CheckpointKey.FromPem(signer.ExportSubjectPublicKeyInfoPem());
        Assert.Equal(signer.ExportSubjectPublicKeyInfo(), key.PublicKey.ToArray());
        Assert.Equal(signer.ExportSubjectPublicKeyInfoPem(), key.ToPem());
    }

    [Fact]
    public void FromPem_WhenAnotherKind_ThenRefuses()
    {
        using var rsa = RSA.Create(2048);
        using var big = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<FormatException>(() => CheckpointKey.FromPem(rsa.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<FormatException>(() => CheckpointKey.FromPem(big.ExportSubjectPublicKeyInfoPem()));
        Assert.Throws<FormatException>(() => CheckpointKey.FromPem("hello"));
        Assert.Throws<FormatException>(() => CheckpointKey.Of([1, 2, 3]));
    }

    private Checkpoint First() => new("shop", 1, Sample.Start, Sample.Start,
        MerkleFrontier.Empty.Append([new CheckpointLeaf(StreamId.Of(Sample.Id(1)), 1, HashChain.Start).Hash]).Frontier, default, signer.ExportSubjectPublicKeyInfo());

    // Somebody's key in the right form, of a point that is on no curve: .NET throws now one thing at it and now another.
    [Fact]
    public void Key_WhenItsPointIsOnNoCurve_ThenIsNoKey()
    {
        var noPoint = Convert.FromBase64String("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE" + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==");
        Assert.Contains("no public key", Assert.Throws<FormatException>(() => CheckpointKey.Of(noPoint)).Message, StringComparison.Ordinal);
        var pem = $"-----BEGIN PUBLIC KEY-----\n{Convert.ToBase64String(noPoint)}\n-----END PUBLIC KEY-----\n";
        Assert.Contains("no public key", Assert.Throws<FormatException>(() => CheckpointKey.FromPem(pem)).Message, StringComparison.Ordinal);
    }
}
