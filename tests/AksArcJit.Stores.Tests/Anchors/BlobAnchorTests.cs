using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.Stores.Anchors;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Checkpoints;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace AksArcJit.Stores.Tests.Anchors;

public sealed class BlobAnchorTests(AzuriteBlobs azurite) : IDisposable
{
    private readonly TestSigner _signer = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _signer.Dispose();

    [Fact]
    public async Task Append_ThenGrowsByLinesInBlobsOfLimitedLength()
    {
        var container = await ContainerAsync();
        var made = Checkpoints.Chain(_signer, 12);
        var anchor = new BlobAnchor(container, IsOurs, mostBlocks: 5);
        Assert.Null(await anchor.ReadNewestAsync(Cancellation));
        foreach (var checkpoint in made)
        {
            await anchor.AppendAsync(checkpoint, Sample.Start, Cancellation);
            Assert.Equal(checkpoint, await anchor.ReadNewestAsync(Cancellation));
        }
        await anchor.AppendAsync(made[^1], Sample.Start, Cancellation);

        var names = new List<string>();
        using var whole = new MemoryStream();
        await foreach (var blob in container.GetBlobsAsync(cancellationToken: Cancellation))
        {
            names.Add(blob.Name);
            await container.GetBlobClient(blob.Name).DownloadToAsync(whole, Cancellation);
        }
        Assert.Equal(["checkpoints-000000000001.ndjson", "checkpoints-000000000006.ndjson", "checkpoints-000000000011.ndjson"], names);
        whole.Position = 0;
        Assert.Equal(12, (await AnchorText.ReadAsync(whole, [_signer.Key], Cancellation)).Count);
    }

    [Fact]
    public async Task Append_WhenACrashLeftTheNextBlobEmpty_ThenNothingSeemsLostAndItIsFilled()
    {
        var container = await ContainerAsync();
        var made = Checkpoints.Chain(_signer, 4);
        var anchor = new BlobAnchor(container, IsOurs, mostBlocks: 2);
        await anchor.AppendAsync(made[0], Sample.Start, Cancellation);
        await anchor.AppendAsync(made[1], Sample.Start, Cancellation);
        await container.GetAppendBlobClient("checkpoints-000000000003.ndjson").CreateAsync(cancellationToken: Cancellation);

        Assert.Equal(made[1], await anchor.ReadNewestAsync(Cancellation));
        Assert.Equal(2, await anchor.AppendAsync(made[2], Sample.Start, Cancellation));
        Assert.Equal(made[2], await anchor.ReadNewestAsync(Cancellation));
        Assert.Equal(3, await anchor.AppendAsync(made[3], Sample.Start, Cancellation));
        var text = (await container.GetBlobClient("checkpoints-000000000003.ndjson").DownloadContentAsync(Cancellation)).Value.Content.ToString();
        Assert.Equal(2, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Append_WhenTwoInstancesAtOnce_ThenEachCheckpointStandsOnce()
    {
        var container = await ContainerAsync();
        var made = Checkpoints.Chain(_signer, 6);
        foreach (var checkpoint in made)
            await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
            {
                try
                {
                    await new BlobAnchor(container, IsOurs).AppendAsync(checkpoint, Sample.Start, Cancellation);
                }
                catch (AnchorUnavailableException)
                {
                    // The other was first; it is looked at again.
                    await new BlobAnchor(container, IsOurs).AppendAsync(checkpoint, Sample.Start, Cancellation);
                }
            }));
        var text = (await container.GetBlobClient("checkpoints-000000000001.ndjson").DownloadContentAsync(Cancellation)).Value.Content.ToString();
        Assert.Equal(6, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Calls_WhenTheContainerIsMissing_ThenAreUnavailable()
    {
        var anchor = new BlobAnchor(new BlobContainerClient(await azurite.ConnectionAsync(), "missing"), IsOurs);
        await Assert.ThrowsAsync<AnchorUnavailableException>(() => anchor.ReadNewestAsync(Cancellation));
        await Assert.ThrowsAsync<AnchorUnavailableException>(() => anchor.AppendAsync(Checkpoints.Chain(_signer, 1)[0], Sample.Start, Cancellation));
    }

    private async Task<BlobContainerClient> ContainerAsync()
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2021_12_02);
        var container = new BlobContainerClient(await azurite.ConnectionAsync(), $"c{Guid.NewGuid():N}", options);
        await container.CreateAsync(cancellationToken: Cancellation);
        return container;
    }

    private bool IsOurs(SignedCheckpoint signed) => signed.IsSignedBy(_signer.Key);
}
