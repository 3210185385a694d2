using System.Buffers;
using System.IO.Pipelines;

namespace AksArcJit.Kubernetes.Watching;

/// <summary>The events of a watch, as they stand in its stream: one a line. Memory is bounded however long a server makes a line.</summary>
internal sealed class WatchLines(Stream stream)
{
    /// <summary>Bytes: an object is at most 1.5 MiB in etcd (etcd: system limits), and JSON may escape it.</summary>
    public const int Longest = 8 << 20;

    private readonly PipeReader _reader = PipeReader.Create(stream);

    /// <returns>UTF-8 without the line's end; null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">The line is longer than <see cref="Longest"/>.</exception>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellation);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = read.Buffer.Slice(0, end).ToArray();
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }
            if (read.Buffer.Length > Longest)
                throw new InvalidDataException($"The server sent a line of more than {Longest} bytes.");
            if (read.IsCompleted)
            {
                var last = read.Buffer.ToArray();
                _reader.AdvanceTo(read.Buffer.End);
                return last.Length > 0 ? last : null;
            }
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
