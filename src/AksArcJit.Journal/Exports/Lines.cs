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

    /// <summary>As above, where a line may be anybody's: of one that is longer than <paramref name="longest"/> bytes the beginning is given.</summary>
    /// <returns>Also how many bytes the line has, its line feed included.</returns>
    public static async IAsyncEnumerable<(ReadOnlyMemory<byte> Line, bool IsEnded, long Length)> ReadClippedAsync(
        Stream source, int longest, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (buffer, line) = (new byte[64 * 1024], new byte[longest]);
        var (kept, length) = (0, 0L);
        for (int read; (read = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            for (var start = 0; start < read;)
            {
                var feed = Array.IndexOf(buffer, (byte)'\n', start, read - start);
                var part = (feed < 0 ? read : feed) - start;
                var copied = Math.Min(part, longest - kept);
                Array.Copy(buffer, start, line, kept, copied);
                (kept, length, start) = (kept + copied, length + part, start + part);
                if (feed < 0)
                    continue;
                yield return (line.AsMemory(0, kept), true, length + 1);
                (kept, length, start) = (0, 0, start + 1);
            }
        if (length > 0)
            yield return (line.AsMemory(0, kept), false, length);
    }
}
