using System.Runtime.CompilerServices;

namespace AksArcJit.Journal.Exports;

/// <summary>The lines of a stream, without their line feeds, each of at most <see cref="ExportText.LongestLine"/> bytes.</summary>
internal static class Lines
{
    /// <returns>Each line, valid until the next is asked for; and whether a line feed ends it (the last may have been cut off).</returns>
    /// <exception cref="FormatException">A line is longer than that.</exception>
    public static async IAsyncEnumerable<(ReadOnlyMemory<byte> Line, bool IsEnded)> ReadAsync(Stream source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        var (start, end, searched) = (0, 0, 0);
        while (true)
        {
            var feed = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                yield return (buffer.AsMemory(start, searched + feed - start), true);
                start = searched = searched + feed + 1;
                continue;
            }
            if (start > 0)
                buffer.AsSpan(start, end - start).CopyTo(buffer);
            (end, start) = (end - start, 0);
            searched = end;
            if (end > ExportText.LongestLine)
                throw new FormatException($"A line is longer than {ExportText.LongestLine / 1024 / 1024} MiB.");
            if (end == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            var read = await source.ReadAsync(buffer.AsMemory(end), cancellation).ConfigureAwait(false);
            if (read == 0)
                break;
            end += read;
        }
        if (end > 0)
            yield return (buffer.AsMemory(0, end), false);
    }
}
