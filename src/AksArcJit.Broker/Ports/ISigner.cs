namespace AksArcJit.Broker.Ports;

/// <summary>Signs checkpoints with ECDSA on P-256. Each method throws <see cref="SignerUnavailableException"/> where the key does not answer.</summary>
public interface ISigner
{
    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    Task<ReadOnlyMemory<byte>> PublicKeyAsync(CancellationToken cancellation);

    /// <summary>Public keys that signed before this one, by the options' word.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> FormerKeys { get; }

    /// <returns>64 bytes, r and s (IEEE P1363), over SHA-256 of the body; random, so never the same twice.</returns>
    Task<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation);
}

/// <summary>The key cannot be used now: the vault is away, or refuses.</summary>
public sealed class SignerUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
