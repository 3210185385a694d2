namespace AksArcJit.Journal.Checkpoints;

/// <summary>A checkpoint with the exact text that was signed. Whether the signature holds is for <see cref="IsSignedBy"/> to say.</summary>
/// <param name="Body">UTF-8 JSON, <see cref="Checkpoint.Encode"/>.</param>
/// <param name="Signature">64 bytes, r and s (IEEE P1363): ECDSA on P-256 over SHA-256 of the body.</param>
public sealed record SignedCheckpoint(Checkpoint Checkpoint, ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Signature)
{
    /// <summary>SHA-256 of the body: what the next checkpoint names as its previous.</summary>
    public MerkleHash Hash => MerkleHash.Of(Body.Span);

    /// <exception cref="FormatException">The body is the text of no checkpoint.</exception>
    public static SignedCheckpoint Decode(ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> signature) => new(Checkpoint.Decode(body.Span), body, signature);

    public bool IsSignedBy(CheckpointKey key) => key.Id == Checkpoint.KeyId && key.Verifies(Body.Span, Signature.Span);

    /// <summary>What proves that nobody altered it since, and nothing about who made it.</summary>
    public bool IsSignedByItsOwnKey()
    {
        try
        {
            using var own = CheckpointKey.Of(Checkpoint.PublicKey.Span);
            return IsSignedBy(own);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    public bool Equals(SignedCheckpoint? other) =>
        other is not null && Body.Span.SequenceEqual(other.Body.Span) && Signature.Span.SequenceEqual(other.Signature.Span);

    public override int GetHashCode() => Hash.GetHashCode();
}
