using System.Security.Cryptography;
using AksArcJit.Broker.Ports;

namespace AksArcJit.Stores.Signing;

/// <summary>Signs with an ECDSA private key from a PEM file.</summary>
internal sealed class PemSigner(string file, IReadOnlyList<ReadOnlyMemory<byte>> former) : ISigner, IDisposable
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly Lazy<ECDsa> _key = new(() => Load(file));

    public IReadOnlyList<ReadOnlyMemory<byte>> FormerKeys => former;

    /// <exception cref="CryptographicException">The file holds no private key on P-256.</exception>
    /// <exception cref="ArgumentException">The file is no PEM.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ECDsa Load(string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            var parameters = key.ExportParameters(includePrivateParameters: true);
            CryptographicOperations.ZeroMemory(parameters.D);
            return parameters.Curve.Oid.Value == P256 ? key : throw new CryptographicException("The key is not on the curve P-256.");
        }
        catch (PlatformNotSupportedException offCurve)
        {
            key.Dispose();
            throw new CryptographicException("The key names a curve that is not known here, or a point that is not on its curve.", offCurve);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    public Task<ReadOnlyMemory<byte>> PublicKeyAsync(CancellationToken cancellation) =>
        Task.FromResult<ReadOnlyMemory<byte>>(_key.Value.ExportSubjectPublicKeyInfo());

    public Task<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        Task.FromResult<ReadOnlyMemory<byte>>(_key.Value.SignData(body.Span, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public void Dispose()
    {
        if (_key.IsValueCreated)
            _key.Value.Dispose();
    }
}
