using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace AksArcJit.Stores.Anchors;

/// <summary>
/// Append blobs <c>checkpoints-&lt;number of the first&gt;.ndjson</c>, one line a checkpoint. A blob takes 50,000 appends, five weeks of one
/// a minute; then the next is begun. Works under a retention policy that allows protected appends, because nothing is ever overwritten.
/// </summary>
/// <param name="isOurs">Whether a checkpoint counts; what does not is passed over, whoever wrote it.</param>
/// <param name="mostBlocks">Appends to one blob.</param>
internal sealed class BlobAnchor(BlobContainerClient container, Func<SignedCheckpoint, bool> isOurs, int mostBlocks = 49_000) : IAnchor
{
    private const string Prefix = "checkpoints-";

    public string Name => $"blob {container.Uri.GetLeftPart(UriPartial.Path)}";

    public Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation) =>
        GuardAsync(async () => (await NewestAsync(cancellation)).Written is { } blob ? (await TailAsync(blob, cancellation)).Newest : null, cancellation);

    public Task<long?> AppendAsync(SignedCheckpoint checkpoint, DateTimeOffset at, CancellationToken cancellation) => GuardAsync<long?>(async () =>
    {
        var number = checkpoint.Checkpoint.Number;
        var (written, begun) = await NewestAsync(cancellation);
        var (newest, length, blocks) = written is null ? (null, 0, mostBlocks) : await TailAsync(written, cancellation);
        var before = newest?.Checkpoint.Number ?? 0;
        if (before >= number)
            return before;
        var blob = written;
        if (begun is not null || blocks >= mostBlocks)
        {
            (blob, length) = (begun ?? container.GetAppendBlobClient($"{Prefix}{number:D12}.ndjson"), 0);
            await blob.CreateIfNotExistsAsync(cancellationToken: cancellation);
        }
        using var line = new MemoryStream(AnchorText.Line(checkpoint, at));
        // Where another instance has appended meanwhile, or an earlier attempt of ours, the position is taken: looked at again by the next try.
        await blob!.AppendBlockAsync(line, new AppendBlobAppendBlockOptions { Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = length } }, cancellation);
        return before;
    }, cancellation);

    /// <returns>The newest blob that holds anything; and the one begun after it, where a crash or an outage left that empty.</returns>
    private async Task<(AppendBlobClient? Written, AppendBlobClient? Begun)> NewestAsync(CancellationToken cancellation)
    {
        (string? written, string? begun) = (null, null);
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Prefix, cancellation))
            if (blob.Properties.ContentLength > 0)
                written = string.CompareOrdinal(blob.Name, written) > 0 ? blob.Name : written;
            else
                begun = string.CompareOrdinal(blob.Name, begun) > 0 ? blob.Name : begun;
        return (Client(written), string.CompareOrdinal(begun, written) > 0 ? Client(begun) : null);

        AppendBlobClient? Client(string? name) => name is null ? null : container.GetAppendBlobClient(name);
    }

    private async Task<(SignedCheckpoint? Newest, long Length, int Blocks)> TailAsync(AppendBlobClient blob, CancellationToken cancellation)
    {
        BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellation);
        var length = properties.ContentLength;
        if (length == 0)
            return (null, 0, properties.BlobCommittedBlockCount);
        var from = Math.Max(0, length - AnchorLine.Tail);
        BlobDownloadResult tail = await blob.DownloadContentAsync(new BlobDownloadOptions { Range = new HttpRange(from, length - from) }, cancellation);
        var newest = AnchorLine.Last(tail.Content.ToMemory(), isOurs);
        if (newest is null && from > 0)
        {
            // Somebody wrote more than the tail after our last line: the whole blob is looked through.
            await using var whole = await blob.OpenReadAsync(cancellationToken: cancellation);
            newest = await AnchorText.ReadNewestAsync(whole, isOurs, cancellation);
        }
        return (newest, length, properties.BlobCommittedBlockCount);
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (Exception fault) when (fault is RequestFailedException or AggregateException or HttpRequestException or IOException or AuthenticationFailedException
            || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new AnchorUnavailableException($"The blob did not do its work: {fault.Message.Split('\n')[0].TrimEnd()}", fault);
        }
    }
}
