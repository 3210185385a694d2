using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;

namespace AksArcJit.Stores.Anchors;

/// <summary>The last checkpoint of an anchor's text (<see cref="AnchorText"/>), which may end in the middle of a line.</summary>
internal static class AnchorLine
{
    public const byte LineFeed = (byte)'\n';

    /// <summary>Bytes to look at: several lines. A line's length follows the logarithm of the log's size, and is well below 8 KiB.</summary>
    public const int Tail = 64 * 1024;

    /// <returns>Null where none of the whole lines is a checkpoint that counts.</returns>
    public static SignedCheckpoint? Last(ReadOnlyMemory<byte> tail, Func<SignedCheckpoint, bool> isOurs)
    {
        var end = tail.Span.LastIndexOf(LineFeed);
        while (end >= 0)
        {
            var start = end == 0 ? 0 : tail.Span[..end].LastIndexOf(LineFeed) + 1;
            if (AnchorText.TryRead(tail[start..end]) is { } signed && isOurs(signed))
                return signed;
            end = start - 1;
        }
        return null;
    }
}
