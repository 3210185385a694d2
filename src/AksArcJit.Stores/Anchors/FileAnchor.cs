using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;

namespace AksArcJit.Stores.Anchors;

/// <summary>
/// A local file that only grows: one line a checkpoint, on the disk before the append returns. A line that a crash tore is passed over by
/// readers, and ended by the next append. It may be read at any time; beside it stands an empty file by which writers take turns.
/// </summary>
/// <param name="isOurs">Whether a checkpoint counts; what does not is passed over, whoever wrote it.</param>
internal sealed class FileAnchor(string file, Func<SignedCheckpoint, bool> isOurs) : IAnchor
{
    public string Name => $"file {file}";

    public async Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation)
    {
        await using var stream = await OpenAsync(cancellation);
        try
        {
            return stream is null ? null : await NewestAsync(stream, await TailAsync(stream, cancellation), cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new AnchorUnavailableException($"The file cannot be read: {fault.Message}", fault);
        }
    }

    public Task<Stream?> OpenAsync(CancellationToken cancellation)
    {
        try
        {
            DemandDirectory();
            return Task.FromResult<Stream?>(File.Exists(file) ? new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite) : null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new AnchorUnavailableException($"The file cannot be read: {fault.Message}", fault);
        }
    }

    public async Task<long?> AppendAsync(SignedCheckpoint checkpoint, DateTimeOffset at, CancellationToken cancellation)
    {
        try
        {
            DemandDirectory();
            // Two processes of one machine may share it: one writes at a time, the other tries again. By a file of its own, because a lock on
            // the anchor would keep its readers out, and they the writer.
            await using var turn = new FileStream($"{file}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            await using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            var tail = await TailAsync(stream, cancellation);
            var before = (await NewestAsync(stream, tail, cancellation))?.Checkpoint.Number ?? 0;
            if (before >= checkpoint.Checkpoint.Number)
                return before;
            stream.Seek(0, SeekOrigin.End);
            // What a crash tore stays as a line that is none: nothing is ever taken from this file.
            if (!tail.IsEmpty && tail.Span[^1] != AnchorLine.LineFeed)
                stream.WriteByte(AnchorLine.LineFeed);
            await stream.WriteAsync(AnchorText.Line(checkpoint, at), cancellation);
            stream.Flush(flushToDisk: true);
            return before;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new AnchorUnavailableException($"The file cannot be written: {fault.Message}", fault);
        }
    }

    // Never made here: a disk that is not mounted, or that may not be entered, would look like an anchor that holds nothing.
    private void DemandDirectory()
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (!Directory.Exists(directory))
            throw new DirectoryNotFoundException($"there is no directory {directory}, or it may not be entered; make it, or mount its disk.");
    }

    // Where somebody wrote more than the tail after our last line, the whole file is looked through.
    private async Task<SignedCheckpoint?> NewestAsync(Stream stream, ReadOnlyMemory<byte> tail, CancellationToken cancellation)
    {
        if (AnchorLine.Last(tail, isOurs) is { } newest)
            return newest;
        stream.Seek(0, SeekOrigin.Begin);
        return tail.Length < AnchorLine.Tail ? null : await AnchorText.ReadNewestAsync(stream, isOurs, cancellation);
    }

    private static async Task<ReadOnlyMemory<byte>> TailAsync(Stream stream, CancellationToken cancellation)
    {
        var tail = new byte[Math.Min(stream.Length, AnchorLine.Tail)];
        stream.Seek(-tail.Length, SeekOrigin.End);
        await stream.ReadExactlyAsync(tail, cancellation);
        return tail;
    }
}
