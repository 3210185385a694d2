using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.Stores.Anchors;
using AksArcJit.Stores.Tests.Sqlite;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Checkpoints;

namespace AksArcJit.Stores.Tests.Anchors;

public sealed class FileAnchorTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly TestSigner _signer = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public FileAnchorTests() => Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);

    public void Dispose()
    {
        _folder.Dispose();
        _signer.Dispose();
    }

    [Fact]
    public async Task Append_ThenGrowsByLinesThatTheVerifierReads()
    {
        var anchor = new FileAnchor(_folder.File, IsOurs);
        Assert.Null(await anchor.ReadNewestAsync(Cancellation));
        var made = Checkpoints.Chain(_signer, 40);
        foreach (var checkpoint in made)
        {
            await anchor.AppendAsync(checkpoint, Sample.Start, Cancellation);
            Assert.Equal(checkpoint, await anchor.ReadNewestAsync(Cancellation));
        }
        // After an unknown outcome.
        await anchor.AppendAsync(made[^1], Sample.Start, Cancellation);
        Assert.Equal(40, (await File.ReadAllLinesAsync(_folder.File, Cancellation)).Length);
        await using var text = File.OpenRead(_folder.File);
        Assert.Equal((40L, 40L), (await AnchorText.ReadAsync(text, [_signer.Key], Cancellation)) is var read ? (read.Count, read.Newest) : default);
    }

    /// <summary>A crash may leave any beginning of the line.</summary>
    [Fact]
    public async Task Append_WhenTheLastLineWasTornAnywhere_ThenGoesOn()
    {
        var made = Checkpoints.Chain(_signer, 3);
        var (first, second) = (AnchorText.Line(made[0]), AnchorText.Line(made[1]));
        for (var torn = 0; torn < second.Length; torn += 37)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
            await File.WriteAllBytesAsync(_folder.File, [.. first, .. second[..torn]], Cancellation);
            var anchor = new FileAnchor(_folder.File, IsOurs);
            Assert.Equal(made[0], await anchor.ReadNewestAsync(Cancellation));
            await anchor.AppendAsync(made[1], Sample.Start, Cancellation);
            await anchor.AppendAsync(made[2], Sample.Start, Cancellation);
            Assert.Equal(made[2], await anchor.ReadNewestAsync(Cancellation));
            await using var text = File.OpenRead(_folder.File);
            Assert.Equal(3, (await AnchorText.ReadAsync(text, [], Cancellation)).Count);
        }
    }

    [Fact]
    public async Task Calls_WhenAnotherWrites_ThenAreUnavailableAndWorkAfterwards()
    {
        var (anchor, made) = (new FileAnchor(_folder.File, IsOurs), Checkpoints.Chain(_signer, 2));
        await anchor.AppendAsync(made[0], Sample.Start, Cancellation);
        await using (new FileStream(_folder.File, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            await Assert.ThrowsAsync<AnchorUnavailableException>(() => anchor.AppendAsync(made[1], Sample.Start, Cancellation));
        await anchor.AppendAsync(made[1], Sample.Start, Cancellation);
        Assert.Equal(made[1], await anchor.ReadNewestAsync(Cancellation));
    }

    [Fact]
    public async Task Append_WhileAnAuditorReads_ThenNeitherKeepsTheOtherOut()
    {
        var (anchor, made) = (new FileAnchor(_folder.File, IsOurs), Checkpoints.Chain(_signer, 2));
        await anchor.AppendAsync(made[0], Sample.Start, Cancellation);
        await using var reader = new FileStream(_folder.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await anchor.AppendAsync(made[1], Sample.Start, Cancellation);
        Assert.Equal(2, (await AnchorText.ReadAsync(reader, [], Cancellation)).Count);
    }

    [Fact]
    public async Task Append_WhileAnotherBrokerAppends_ThenIsUnavailable()
    {
        var (anchor, made) = (new FileAnchor(_folder.File, IsOurs), Checkpoints.Chain(_signer, 1));
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        await using (new FileStream($"{_folder.File}.lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None))
            await Assert.ThrowsAsync<AnchorUnavailableException>(() => anchor.AppendAsync(made[0], Sample.Start, Cancellation));
        Assert.False(File.Exists(_folder.File));
    }

    [Fact]
    public async Task Calls_WhenTheDirectoryIsMissing_ThenAreUnavailableAndMakeNone()
    {
        var directory = Path.Combine(Path.GetDirectoryName(_folder.File)!, "unmounted");
        var anchor = new FileAnchor(Path.Combine(directory, "anchor.ndjson"), IsOurs);

        await Assert.ThrowsAsync<AnchorUnavailableException>(() => anchor.ReadNewestAsync(Cancellation));
        await Assert.ThrowsAsync<AnchorUnavailableException>(() => anchor.AppendAsync(Checkpoints.Chain(_signer, 1)[0], Sample.Start, Cancellation));
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task Read_WhenNoLineIsACheckpoint_ThenHoldsNone()
    {
        await File.WriteAllTextAsync(_folder.File, "{}\n{}\n", Cancellation);
        Assert.Null(await new FileAnchor(_folder.File, IsOurs).ReadNewestAsync(Cancellation));
    }

    /// <summary>What a stranger adds, by the line or by the megabyte, hides nothing and keeps nothing from being appended.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5000)]
    public async Task Calls_WhenAStrangerWroteAfterOurs_ThenGoOnFromOurs(int lines)
    {
        using var stranger = new TestSigner();
        var made = Checkpoints.Chain(_signer, 2);
        var strange = AnchorText.Line(Checkpoints.Chain(stranger, 40)[^1]);
        await File.WriteAllBytesAsync(_folder.File, [.. AnchorText.Line(made[0]), .. Enumerable.Repeat(strange, lines).SelectMany(line => line), .. "{}\n"u8], Cancellation);
        var anchor = new FileAnchor(_folder.File, IsOurs);

        Assert.Equal(made[0], await anchor.ReadNewestAsync(Cancellation));
        Assert.Equal(1, await anchor.AppendAsync(made[1], Sample.Start, Cancellation));
        Assert.Equal(made[1], await anchor.ReadNewestAsync(Cancellation));
    }

    private bool IsOurs(SignedCheckpoint signed) => signed.IsSignedBy(_signer.Key);
}
