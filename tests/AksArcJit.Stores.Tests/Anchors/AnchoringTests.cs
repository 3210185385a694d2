using AksArcJit.Broker.Checkpoints;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.Stores.Anchors;
using AksArcJit.Stores.Tests.Sqlite;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Checkpoints;
using AksArcJit.TestKit.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests.Anchors;

/// <summary>
/// What a broker makes of what it meets in its anchor. A line that no key of ours signed proves nothing about the store: it is told. One that
/// our key signed and that the store does not hold stops grants.
/// </summary>
public sealed class AnchoringTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly TestSigner _signer = new();
    private readonly TestSigner _stranger = new();
    private readonly InMemoryCheckpointLog _log = new();
    private readonly FakeTimeProvider _time = new(Sample.Start.AddMinutes(10));
    private readonly IReadOnlyList<SignedCheckpoint> _made;

    public AnchoringTests()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        _made = Checkpoints.Chain(_signer, 5);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _signer.Dispose();
        _stranger.Dispose();
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("endless")]
    [InlineData("stranger")]
    public async Task AStrangersLine_ThenIsToldAndStopsNothing(string whose)
    {
        await StoreAsync(4);
        await WriteAsync([.. _made.Take(3).Select(Line), whose switch
        {
            "stranger" => Line(Checkpoints.Chain(_stranger, 9)[^1]),
            "endless" => Enumerable.Repeat((byte)'x', ExportText.LongestLine + 1).ToArray(),
            _ => "rubbish\n"u8.ToArray(),
        }]);
        var (anchoring, standing) = Start();

        await anchoring.CompareAsync(Cancellation);
        await anchoring.CatchUpAsync(Cancellation);
        await anchoring.CatchUpAsync(Cancellation);

        Assert.Null(standing.Hindrance);
        var progress = Assert.Single(anchoring.Progress);
        Assert.Equal((4, 0, null), (progress.Number, progress.Behind, progress.Fault));
        Assert.Contains("Line 4 of the anchor", progress.Damage, StringComparison.Ordinal);
        Assert.False(new JournalHealth(standing, new VerificationState(), null, anchoring).IsWell);
        Assert.Equal(_made[3], await new FileAnchor(_folder.File, new CheckpointTrust(_signer).IsOurs).ReadNewestAsync(Cancellation));
    }

    [Fact]
    public async Task ALineThatWasTakenOut_ThenIsToldAtStart()
    {
        await StoreAsync(5);
        await WriteAsync([.. _made.Where((_, place) => place != 2).Select(Line)]);
        var (anchoring, standing) = Start();

        await anchoring.CompareAsync(Cancellation);
        await anchoring.CatchUpAsync(Cancellation);

        Assert.Null(standing.Hindrance);
        Assert.StartsWith("AnchorDropped: checkpoint 3: ", Assert.Single(anchoring.Progress).Damage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWholeAnchor_ThenNothingIsTold()
    {
        await StoreAsync(5);
        await WriteAsync([.. _made.Take(2).Select(Line), Line(_made[2])[..100]]);
        var (anchoring, _) = Start();

        await anchoring.CompareAsync(Cancellation);
        await anchoring.CatchUpAsync(Cancellation);
        await anchoring.CatchUpAsync(Cancellation);

        Assert.Equal((5, null, null), Assert.Single(anchoring.Progress) is var progress ? (progress.Number, progress.Damage, progress.Fault) : default);
    }

    [Fact]
    public async Task OursThatTheStoreLacks_ThenNothingIsGrantedThoughAStrangerWroteLater()
    {
        await StoreAsync(3);
        await WriteAsync([.. _made.Take(4).Select(Line), Line(Checkpoints.Chain(_stranger, 2)[^1])]);
        var (anchoring, standing) = Start();

        await anchoring.CompareAsync(Cancellation);

        Assert.Contains("holds checkpoint 4, but the journal ends at 3", standing.Objection, StringComparison.Ordinal);
    }

    // As long as the key does not answer, whose line it is cannot be told: neither is it held against the store nor passed over.
    [Fact]
    public async Task AContradictionWhileTheKeyIsAway_ThenIsJudgedWhenItAnswers()
    {
        await StoreAsync(3);
        await WriteAsync([.. _made.Take(3).Select(Line), Line(Checkpoints.Chain(_stranger, 9)[^1])]);
        var (anchoring, standing) = Start();

        _signer.IsDown = true;
        await anchoring.CompareAsync(Cancellation);
        Assert.Equal((null, false), (standing.Objection, standing.Hindrance is null));
        _signer.IsDown = false;
        await anchoring.CompareAsync(Cancellation);
        Assert.Null(standing.Hindrance);
    }

    private (Anchoring, JournalStanding) Start()
    {
        var (standing, trust) = (new JournalStanding(), new CheckpointTrust(_signer));
        return (new Anchoring("test", [new FileAnchor(_folder.File, trust.IsOurs)], _log, standing, trust, _time, NullLogger<Anchoring>.Instance), standing);
    }

    private async Task StoreAsync(int count)
    {
        foreach (var signed in _made.Take(count))
            Assert.True(await _log.AppendAsync(new StoredCheckpoint(signed, [], null), Cancellation));
    }

    private Task WriteAsync(IEnumerable<byte[]> lines) => File.WriteAllBytesAsync(_folder.File, [.. lines.SelectMany(line => line)], Cancellation);

    private static byte[] Line(SignedCheckpoint signed) => AnchorText.Line(signed, signed.Checkpoint.At);
}
