using System.Buffers;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Journal.Exports;

/// <summary>An anchor as text: a signed checkpoint a line, appended to for ever, in the form of <see cref="ExportText"/>.</summary>
public static class AnchorText
{
    /// <summary>The line with its line feed. A writer that finds the file without one at its end (a torn write) puts one in front.</summary>
    public static byte[] Line(SignedCheckpoint signed)
    {
        var target = new ArrayBufferWriter<byte>();
        ExportText.Write(target, signed);
        return target.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Lines that are none, as torn writes leave them, are passed over: those checkpoints were anchored again. Of two that bear one number
    /// the first stands; a store that went on from an older state may have appended the second.
    /// </summary>
    /// <exception cref="FormatException">No line is a checkpoint, or a line is too long.</exception>
    public static async Task<Anchor> ReadAsync(Stream source, CancellationToken cancellation)
    {
        var anchor = new Anchor();
        await foreach (var (text, _) in Lines.ReadAsync(source, cancellation).ConfigureAwait(false))
            if (Read(text) is { } signed)
                anchor.Add(signed);
        return anchor.Count > 0 ? anchor : throw new FormatException("The anchor holds no checkpoint.");
    }

    private static SignedCheckpoint? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            return ExportText.ReadAnchored(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
