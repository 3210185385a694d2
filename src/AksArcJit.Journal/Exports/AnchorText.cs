using System.Buffers;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Journal.Exports;

/// <summary>An anchor as text: a signed checkpoint a line, appended to for ever, in the form of <see cref="ExportText"/>.</summary>
public static class AnchorText
{
    // Ours are below 8 KiB. What somebody else wrote is looked at no further than this.
    private const int Longest = 64 * 1024;

    /// <summary>The line with its line feed. A writer that finds the file without one at its end (a torn write) puts one in front.</summary>
    /// <param name="at">UTC, when it is anchored; null writes none.</param>
    public static byte[] Line(SignedCheckpoint signed, DateTimeOffset? at = null)
    {
        var target = new ArrayBufferWriter<byte>();
        ExportText.Write(target, signed, at);
        return target.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Whole: what is wrong with it as a chain is in <see cref="Anchor.Damages"/>. Of two that bear one number the first stands; a store that
    /// went on from an older state may have appended the second.
    /// </summary>
    /// <param name="trusted">Keys known from elsewhere: lines that none of them signed prove nothing. Empty where none are known.</param>
    /// <exception cref="FormatException">No line is a checkpoint, or none is signed by these keys.</exception>
    public static async Task<Anchor> ReadAsync(Stream source, IReadOnlyList<CheckpointKey> trusted, CancellationToken cancellation)
    {
        var anchor = new Anchor();
        string? strangers = null;
        var chain = new AnchorChain(IsOurs, anchor.Tell, signed => anchor.Holds(signed) == true);
        await foreach (var (text, isEnded, _) in Lines.ReadClippedAsync(source, Longest, cancellation).ConfigureAwait(false))
            if ((isEnded || IsLine(text)) && chain.Take(text) is var (signed, at))
                anchor.Add(signed, at);
        chain.Finish();
        return anchor.Count > 0 ? anchor : throw new FormatException(strangers is null
            ? "The anchor holds no checkpoint."
            : $"No checkpoint in the anchor is signed by the key given; the last names key {strangers}.");

        bool IsOurs(SignedCheckpoint signed)
        {
            if (trusted.Count == 0 ? signed.IsSignedByItsOwnKey() : trusted.Any(signed.IsSignedBy))
                return true;
            strangers = signed.Checkpoint.KeyId;
            return false;
        }
    }

    /// <summary>Goes on with a chain where it was left.</summary>
    /// <param name="source">From the beginning of a line on.</param>
    /// <returns>Bytes of whole lines that were read; the last line may still be written.</returns>
    public static async Task<long> FollowAsync(Stream source, AnchorChain chain, CancellationToken cancellation)
    {
        var read = 0L;
        await foreach (var (text, isEnded, length) in Lines.ReadClippedAsync(source, Longest, cancellation).ConfigureAwait(false))
            if (isEnded)
            {
                chain.Take(text);
                read += length;
            }
        return read;
    }

    /// <summary>The last line that counts; null where none does.</summary>
    public static async Task<SignedCheckpoint?> ReadNewestAsync(Stream source, Func<SignedCheckpoint, bool> isOurs, CancellationToken cancellation)
    {
        SignedCheckpoint? newest = null;
        await foreach (var (text, _, _) in Lines.ReadClippedAsync(source, Longest, cancellation).ConfigureAwait(false))
            if (TryRead(text) is { } signed && isOurs(signed))
                newest = signed;
        return newest;
    }

    /// <summary>Null where the line is no checkpoint.</summary>
    public static SignedCheckpoint? TryRead(ReadOnlyMemory<byte> line)
    {
        try
        {
            return ExportText.ReadAnchored(line);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static bool IsLine(ReadOnlyMemory<byte> text) => TryRead(text) is not null;
}
