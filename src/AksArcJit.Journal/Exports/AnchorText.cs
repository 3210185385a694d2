using System.Buffers;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Journal.Exports;

/// <summary>An anchor as text: a signed checkpoint a line, appended to for ever, in the form of <see cref="ExportText"/>.</summary>
public static class AnchorText
{
    /// <summary>The line with its line feed. A writer that finds the file without one at its end (a torn write) puts one in front.</summary>
    /// <param name="at">UTC, when it is anchored; null writes none.</param>
    public static byte[] Line(SignedCheckpoint signed, DateTimeOffset? at = null)
    {
        var target = new ArrayBufferWriter<byte>();
        ExportText.Write(target, signed, at);
        return target.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Lines that are none, as torn writes leave them, are passed over: those checkpoints were anchored again. Of two that bear one number
    /// the first stands; a store that went on from an older state may have appended the second.
    /// </summary>
    /// <param name="trusted">Keys known from elsewhere: lines that none of them signed are passed over. Empty where none are known.</param>
    /// <exception cref="FormatException">No line is a checkpoint, or none is signed by these keys, or a line is too long.</exception>
    public static async Task<Anchor> ReadAsync(Stream source, IReadOnlyList<CheckpointKey> trusted, CancellationToken cancellation)
    {
        var anchor = new Anchor();
        string? strangers = null;
        await foreach (var (text, _) in Lines.ReadAsync(source, cancellation).ConfigureAwait(false))
            if (Read(text) is var (signed, at))
            {
                strangers = signed.Checkpoint.KeyId;
                if (trusted.Count == 0 || trusted.Any(signed.IsSignedBy))
                    anchor.Add(signed, at);
            }
        return anchor.Count > 0 ? anchor : throw new FormatException(strangers is null
            ? "The anchor holds no checkpoint."
            : $"No checkpoint in the anchor is signed by the key given; the last names key {strangers}.");
    }

    private static (SignedCheckpoint, DateTimeOffset?)? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            return (ExportText.ReadAnchored(text), ExportText.ReadAnchoredAt(text));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
