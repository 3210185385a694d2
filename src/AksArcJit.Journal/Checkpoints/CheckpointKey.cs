using System.Security.Cryptography;

namespace AksArcJit.Journal.Checkpoints;

/// <summary>The public half of a key that signs checkpoints: ECDSA on P-256.</summary>
public sealed class CheckpointKey : IDisposable
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly ECDsa _key;

    private CheckpointKey(ECDsa key)
    {
        _key = key;
        PublicKey = key.ExportSubjectPublicKeyInfo();
        Id = IdOf(PublicKey.Span);
    }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>SHA-256 of <see cref="PublicKey"/>, 64 lower-case hexadecimal digits.</summary>
    public string Id { get; }

    public static string IdOf(ReadOnlySpan<byte> publicKey) => MerkleHash.Of(publicKey).ToString();

    /// <exception cref="FormatException">The bytes are no public key on P-256.</exception>
    public static CheckpointKey Of(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var bytes = subjectPublicKeyInfo.ToArray();
        return From(key => key.ImportSubjectPublicKeyInfo(bytes, out _));
    }

    /// <param name="pem">A text with one <c>BEGIN PUBLIC KEY</c> block.</param>
    /// <exception cref="FormatException">The text holds no public key on P-256.</exception>
    public static CheckpointKey FromPem(string pem) => From(key => key.ImportFromPem(pem));

    /// <param name="pem">A text with one <c>BEGIN PUBLIC KEY</c> block or several, as <c>checkpoint-key</c> prints them after a change of key.</param>
    /// <exception cref="FormatException">One of them is no public key on P-256, or there is none.</exception>
    public static IReadOnlyList<CheckpointKey> AllFromPem(string pem)
    {
        var blocks = new List<string>();
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var block); rest = rest[block.Location.End..])
            if (rest[block.Label] is "PUBLIC KEY")
                blocks.Add(rest[block.Location].ToString());
        return [.. blocks.DefaultIfEmpty(pem).Select(FromPem)];
    }

    public string ToPem() => _key.ExportSubjectPublicKeyInfoPem();

    /// <param name="signature">64 bytes, r and s (IEEE P1363), over SHA-256 of the body.</param>
    public bool Verifies(ReadOnlySpan<byte> body, ReadOnlySpan<byte> signature) =>
        signature.Length == 64 && _key.VerifyData(body, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public void Dispose() => _key.Dispose();

    private static CheckpointKey From(Action<ECDsa> import)
    {
        var key = ECDsa.Create();
        try
        {
            import(key);
            if (key.ExportParameters(false).Curve.Oid is not ({ Value: P256 } or { FriendlyName: "nistP256" or "ECDSA_P256" }))
                throw new FormatException("The key is not on the curve P-256.");
            return new CheckpointKey(key);
        }
        // OpenSSL calls a point that is not on its curve a platform that lacks the curve.
        catch (PlatformNotSupportedException fault)
        {
            key.Dispose();
            throw new FormatException("This is no public key: it names a curve that is not known here, or a point that is not on its curve.", fault);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new FormatException($"This is no public key: {fault.Message}", fault);
        }
    }
}
