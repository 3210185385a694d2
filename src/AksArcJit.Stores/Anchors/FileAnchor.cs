using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;

namespace AksArcJit.Stores.Anchors;

/// <summary>
/// A local file that only grows: one line a checkpoint, on the disk before the append returns. A line that a crash tore is passed over by
/// readers, and ended by the next append.
/// </summary>
internal sealed class FileAnchor(string file) : IAnchor
{
    public string Name => $"file {file}";

    public async Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation)
    {
        try
        {
            if (!File.Exists(file))
                return null;
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return AnchorLine.Last(await TailAsync(stream, cancellation));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new AnchorUnavailableException($"The file cannot be read: {fault.Message}", fault);
        }
    }

    public async Task AppendAsync(SignedCheckpoint checkpoint, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            // Two processes of one machine may share it: one writes at a time, the other tries again.
            await using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var tail = await TailAsync(stream, cancellation);
            if (AnchorLine.Last(tail) is { } newest && newest.Checkpoint.Number >= checkpoint.Checkpoint.Number)
                return;
            stream.Seek(0, SeekOrigin.End);
            // What a crash tore stays as a line that is none: nothing is ever taken from this file.
            if (!tail.IsEmpty && tail.Span[^1] != AnchorLine.LineFeed)
                stream.WriteByte(AnchorLine.LineFeed);
            await stream.WriteAsync(AnchorText.Line(checkpoint), cancellation);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new AnchorUnavailableException($"The file cannot be written: {fault.Message}", fault);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> TailAsync(FileStream stream, CancellationToken cancellation)
    {
        var tail = new byte[Math.Min(stream.Length, AnchorLine.Tail)];
        stream.Seek(-tail.Length, SeekOrigin.End);
        await stream.ReadExactlyAsync(tail, cancellation);
        return tail;
    }
}
