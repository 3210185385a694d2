using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;

namespace AksArcJit.Stores.Anchors;

/// <summary>The last checkpoint of an anchor's text (<see cref="AnchorText"/>), which may end in the middle of a line.</summary>
internal static class AnchorLine
{
    public const byte LineFeed = (byte)'\n';

    /// <summary>Bytes to look at: several lines. A line's length follows the logarithm of the log's size, and is well below 8 KiB.</summary>
    public const int Tail = 64 * 1024;

    /// <returns>Null where the text is empty, or was torn in its first line.</returns>
    /// <exception cref="FormatException">Whole lines stand there, and none is a checkpoint.</exception>
    public static SignedCheckpoint? Last(ReadOnlyMemory<byte> tail)
    {
        var (end, fault) = (tail.Span.LastIndexOf(LineFeed), (FormatException?)null);
        while (end >= 0)
        {
            var start = end == 0 ? 0 : tail.Span[..end].LastIndexOf(LineFeed) + 1;
            try
            {
                return ExportText.ReadAnchored(tail[start..end]);
            }
            catch (FormatException torn)
            {
                fault = torn;
            }
            end = start - 1;
        }
        return fault is null ? null : throw fault;
    }
}
