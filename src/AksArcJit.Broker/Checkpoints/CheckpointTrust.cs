using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Broker.Checkpoints;

/// <summary>
/// Whose checkpoints count in an anchor: those that this installation's keys signed, present and former. What none of them signed proves
/// nothing about the store, whoever wrote it there.
/// </summary>
public sealed class CheckpointTrust(ISigner? signer)
{
    private readonly Lock _gate = new();
    private IReadOnlyList<CheckpointKey>? _keys;

    /// <summary>Asks the signer for its keys, unless they are known.</summary>
    /// <exception cref="SignerUnavailableException">It does not answer, or gives none.</exception>
    public async Task LearnAsync(CancellationToken cancellation)
    {
        if (_keys is not null || signer is null)
            return;
        ReadOnlyMemory<byte>[] given = [await signer.PublicKeyAsync(cancellation), .. signer.FormerKeys];
        try
        {
            _keys = [.. given.Select(key => CheckpointKey.Of(key.Span))];
        }
        catch (FormatException unusable)
        {
            throw new SignerUnavailableException($"The signer gives a public key that is of no use: {unusable.Message}", unusable);
        }
    }

    /// <summary>Until the keys are known, any counts that its own key signed.</summary>
    public bool IsOurs(SignedCheckpoint signed)
    {
        // One key is not for two threads at once.
        lock (_gate)
            return _keys is { } keys ? keys.Any(signed.IsSignedBy) : signed.IsSignedByItsOwnKey();
    }
}
