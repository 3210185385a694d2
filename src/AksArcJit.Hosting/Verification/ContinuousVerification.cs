using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Following;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Verification;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Hosting.Verification;

/// <summary>
/// Verifies the whole journal again and again in the background, slowly: at most <see cref="RowsPerSecond"/>, and a round begins at most
/// every <see cref="Interval"/>. It reads only, page by page, and nothing waits for it. Damage is told at once: log, metric, health.
/// </summary>
public sealed class ContinuousVerification(
    [FromKeyedServices(FollowingServices.Store)] IJournal store, ICheckpointLog log, IEnumerable<IAnchor> anchors, VerificationState state,
    TimeProvider time, ILogger<ContinuousVerification> logger, ISigner? signer = null, IUnhashedRows? unhashed = null) : BackgroundService
{
    public const int RowsPerSecond = 2000;
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // Requests that the last process left are ended first.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(pause, time, stoppingToken);
            try
            {
                await RoundAsync(stoppingToken);
                pause = Interval;
            }
            catch (Exception broken) when (broken is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                // Whatever it is: what fell out of here would end the process, and with it what ends access.
                logger.VerificationBroken(broken.Message);
                pause = RetryPause;
            }
        }
    }

    /// <param name="mayGoOn">Awaited every tenth of a second or so; holds the round where it is for as long as it does not return.</param>
    public async Task RoundAsync(CancellationToken cancellation, Func<Task>? mayGoOn = null)
    {
        var anchor = await AnchorAsync(cancellation);
        var keys = await KeysAsync(cancellation);
        try
        {
            using var verifier = new JournalVerifier(anchor, keys, damage => logger.JournalDamaged(damage.ToString()));
            var pacing = new Pacing(time, mayGoOn ?? (() => Task.CompletedTask), cancellation);
            await StoreRows.FeedAsync(verifier, store, log, unhashed, time, pacing.PaceAsync, cancellation);
            var report = verifier.Finish(isWhole: true);
            state.Complete(new VerificationState.Round(time.GetUtcNow(), report.Facts, report.Checkpoints, report.Damages));
            logger.JournalVerified(report.Facts, report.Checkpoints, report.Damages);
        }
        finally
        {
            keys.ForEach(key => key.Dispose());
        }
    }

    /// <summary>The newest that each anchor holds, which speaks for all before it. One that is away is left out of this round.</summary>
    private async Task<Anchor?> AnchorAsync(CancellationToken cancellation)
    {
        var known = new Anchor();
        foreach (var anchor in anchors)
        {
            try
            {
                if (await anchor.ReadNewestAsync(cancellation) is { } newest)
                    known.Add(newest);
            }
            catch (Exception away) when (away is AnchorUnavailableException or FormatException)
            {
                logger.VerificationWithoutAnchor(anchor.Name, away.Message);
            }
        }
        return known.Count > 0 ? known : null;
    }

    private async Task<List<CheckpointKey>> KeysAsync(CancellationToken cancellation) =>
        signer is null ? [] : [CheckpointKey.Of((await signer.PublicKeyAsync(cancellation)).Span), .. signer.FormerKeys.Select(key => CheckpointKey.Of(key.Span))];

    /// <summary>So many rows a slice, and no more before it is over.</summary>
    private sealed class Pacing(TimeProvider time, Func<Task> mayGoOn, CancellationToken cancellation)
    {
        private readonly int _rows = (int)(RowsPerSecond * Slice.TotalSeconds);
        private long _begun = time.GetTimestamp();
        private int _taken;

        public async ValueTask PaceAsync()
        {
            if (++_taken < _rows)
                return;
            if (time.GetElapsedTime(_begun) is var elapsed && elapsed < Slice)
                await Task.Delay(Slice - elapsed, time, cancellation);
            await mayGoOn();
            (_taken, _begun) = (0, time.GetTimestamp());
        }
    }
}
