using System.Security.Cryptography;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.TestKit.Checkpoints;

/// <summary>A real key of its own, in memory; away while a test says so.</summary>
public sealed class TestSigner : ISigner, IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public bool IsDown { get; set; }

    /// <summary>Signs something else than it is given.</summary>
    public bool IsFaulty { get; set; }

    /// <summary>What happens elsewhere while a signature is made.</summary>
    public Func<Task>? Meanwhile { get; set; }

    public CheckpointKey Key => CheckpointKey.Of(_key.ExportSubjectPublicKeyInfo());

    public IReadOnlyList<ReadOnlyMemory<byte>> FormerKeys => [];

    public Task<ReadOnlyMemory<byte>> PublicKeyAsync(CancellationToken cancellation) =>
        IsDown ? throw new SignerUnavailableException("the key is away") : Task.FromResult<ReadOnlyMemory<byte>>(_key.ExportSubjectPublicKeyInfo());

    public async Task<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        if (IsDown)
            throw new SignerUnavailableException("the key is away");
        await (Meanwhile?.Invoke() ?? Task.CompletedTask);
        return _key.SignData(IsFaulty ? [] : body.Span, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public void Dispose() => _key.Dispose();
}
