using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Lifecycle;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Checkpoints;

/// <summary>
/// Makes checkpoints: one for everything that changed, soon after an access began or ended, else once an interval, and none where nothing
/// changed. There is no leader: of two instances the insert of the next number decides, and the loser leaves out what the winner covered.
/// </summary>
/// <param name="journal">As followed by <paramref name="coverage"/>: what is read here is told to it there.</param>
/// <param name="installation">The log's name.</param>
public sealed class Checkpointer(
    string installation, IJournal journal, ICheckpointLog log, ISigner signer, Coverage coverage, Anchoring anchoring, JournalStanding standing,
    TimeProvider time, ILogger<Checkpointer> logger)
{
    public static readonly TimeSpan SurveyInterval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    // An append is tried for less than a minute, and clocks of instances differ by less than that: what is older stands or never will.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(2);

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private (long Number, MerkleHash Hash)? _known;
    private DateTimeOffset _surveyAt = DateTimeOffset.MinValue;
    private DateTimeOffset? _surveyedUntil;

    /// <summary>As last seen; null before the first.</summary>
    public Checkpoint? Newest { get; private set; }

    /// <summary>Why the last that was due was not made; null where it was.</summary>
    public string? Fault { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        while (!stop.IsCancellationRequested)
        {
            var failed = !await TryAttendAsync(stop);
            var now = time.GetUtcNow();
            var (dueAt, changed) = coverage.Due;
            var wake = failed ? now + RetryPause : dueAt < _surveyAt ? dueAt.Value : _surveyAt;
            using var timer = new CancellationTokenSource();
            var waited = Task.Delay(wake > now ? wake - now : TimeSpan.Zero, time, timer.Token);
            await (failed ? Task.WhenAny(stopped.Task, waited) : Task.WhenAny(stopped.Task, changed, waited));
            await timer.CancelAsync();
        }
    }

    /// <summary>As <see cref="AttendAsync"/>; what does not answer is told, and is the <see cref="Fault"/> until the next time.</summary>
    /// <param name="surveys">False leaves the open index to another instance: what this process appended and read is covered.</param>
    /// <returns>False where something did not answer.</returns>
    public async Task<bool> TryAttendAsync(CancellationToken cancellation, bool surveys = true)
    {
        try
        {
            await AttendAsync(cancellation, surveys);
            Fault = null;
            return true;
        }
        catch (Exception failure) when (failure is JournalUnavailableException or SignerUnavailableException)
        {
            logger.CheckpointFailed(failure.Message);
            Fault = failure.Message;
            return false;
        }
    }

    /// <summary>Looks at the open index and makes the checkpoints that are due, as far as each is due now.</summary>
    public async Task AttendAsync(CancellationToken cancellation, bool surveys = true)
    {
        if (standing.Objection is not null)
        {
            // The loop stays, idle: a start anew is for people to decide.
            _surveyAt = time.GetUtcNow() + SurveyInterval;
            return;
        }
        if (surveys && time.GetUtcNow() >= _surveyAt)
        {
            await SurveyAsync(cancellation);
            _surveyAt = time.GetUtcNow() + SurveyInterval;
        }
        if (coverage.Due.At <= time.GetUtcNow() || _known is null)
            await CheckpointAsync(cancellation);
    }

    /// <summary>
    /// Covers what is uncovered now, in as many checkpoints as that takes; none where nothing is, or the journal is not to be trusted. What
    /// comes meanwhile is left to the next.
    /// </summary>
    public async Task CheckpointAsync(CancellationToken cancellation)
    {
        while (await FollowAsync(cancellation) is var (isTrusted, previous) && isTrusted && coverage.Take(ICheckpointLog.MostLeaves) is { Count: > 0 } heads)
        {
            var next = await MakeAsync(previous, heads, cancellation);
            if (!await log.AppendAsync(next, cancellation))
                continue;
            Know(next.Signed);
            await SettleAsync(coverage.Cover(next.Leaves), cancellation);
            anchoring.Prompt();
            if (heads.Count < ICheckpointLog.MostLeaves)
                return;
        }
    }

    private async Task<StoredCheckpoint> MakeAsync(SignedCheckpoint? previous, IReadOnlyList<FactRecord> heads, CancellationToken cancellation)
    {
        var leaves = heads.Select(head => new CheckpointLeaf(head.Stream, head.Version, head.Hash)).ToList();
        var (frontier, nodes) = (previous?.Checkpoint.Frontier ?? MerkleFrontier.Empty).Append(leaves.Select(leaf => leaf.Hash));
        // A date that somebody made up would be every later checkpoint's too.
        var at = heads.Select(head => head.At).Where(Timing.IsTime).Append(time.GetUtcNow()).Append(previous?.Checkpoint.At ?? DateTimeOffset.MinValue).Max();
        var coversUntil = previous?.Checkpoint.CoversUntil ?? DateTimeOffset.UnixEpoch;
        if (heads.Count < ICheckpointLog.MostLeaves && _surveyedUntil is { } surveyed && surveyed > coversUntil)
            coversUntil = surveyed;
        var checkpoint = new Checkpoint(
            installation, (previous?.Checkpoint.Number ?? 0) + 1, at, coversUntil, frontier, previous?.Hash ?? default, await signer.PublicKeyAsync(cancellation));
        var body = checkpoint.Encode();
        var signed = new SignedCheckpoint(checkpoint, body, await signer.SignAsync(body, cancellation));
        // A log only grows: what a faulty key or vault signed would stand in it for ever, and be called damage by every verification.
        if (!signed.IsSignedByItsOwnKey())
            throw new SignerUnavailableException("What the signer made is no signature by its own public key, or that key is of no use; the checkpoint was not stored.");
        return new StoredCheckpoint(signed, leaves, nodes);
    }

    /// <summary>Takes in what other instances have covered. Not trusted where the log is not the one that this process has seen before.</summary>
    private async Task<(bool IsTrusted, SignedCheckpoint? Newest)> FollowAsync(CancellationToken cancellation)
    {
        try
        {
            var newest = await log.ReadNewestAsync(cancellation);
            if (_known is null)
            {
                if (newest is null)
                    await CoverTheOldAsync(cancellation);
                Know(await BeforeStartAsync(newest, cancellation));
            }
            var (number, hash) = _known!.Value;
            var newestNumber = newest?.Checkpoint.Number ?? 0;
            if (newestNumber < number)
                return Distrust($"Checkpoint {number}, which this process has seen, is gone: the log ends at {newestNumber}.");
            if (newestNumber == number)
                return newest is null || newest.Hash == hash ? (true, newest) : Distrust($"Checkpoint {number} is not the one that this process has seen.");
            await foreach (var row in log.ListAsync(number + 1, cancellation))
            {
                if (row is not JournalRow.Checkpoint { Stored: var stored } || stored.Signed.Checkpoint.Previous != _known.Value.Hash)
                    return Distrust($"What follows checkpoint {_known.Value.Number} is none that follows from it.");
                Know(newest = stored.Signed);
                await SettleAsync(coverage.Cover(stored.Leaves), cancellation);
            }
            return (true, newest);
        }
        catch (FormatException unreadable)
        {
            return Distrust($"The newest checkpoint cannot be read: {unreadable.Message}");
        }
    }

    /// <summary>
    /// The last one from before this process: from there on the leaves are taken in, so that a stream which was read here, and has been
    /// covered further by another instance since, gets no older leaf after a newer one.
    /// </summary>
    private async Task<SignedCheckpoint?> BeforeStartAsync(SignedCheckpoint? newest, CancellationToken cancellation)
    {
        while (newest is { Checkpoint: { Number: > 1 } checkpoint } && checkpoint.At >= _startedAt - Settling
               && await log.ReadAsync(checkpoint.Number - 1, cancellation) is { } before)
            newest = before.Signed;
        return newest;
    }

    /// <summary>A journal that is older than its checkpoints: the first ones cover all of it.</summary>
    private async Task CoverTheOldAsync(CancellationToken cancellation)
    {
        FactRecord? head = null;
        await foreach (var row in journal.ScanAsync(cancellation))
        {
            if (row is not JournalRow.Fact { Record: var record })
                continue;
            if (head is not null && head.Stream != record.Stream)
                Note(head);
            head = record;
        }
        if (head is not null)
            Note(head);

        void Note(FactRecord newest)
        {
            coverage.Wants(newest.Stream, DateTimeOffset.MinValue);
            coverage.See(newest.Stream, [newest], time.GetUtcNow());
        }
    }

    /// <summary>Reads what is open and was not looked at for a while: what other instances and earlier processes appended shows there.</summary>
    private async Task SurveyAsync(CancellationToken cancellation)
    {
        var begun = time.GetUtcNow();
        var open = new HashSet<StreamId>();
        await foreach (var entry in journal.ListOpenAsync(cancellation))
        {
            open.Add(entry.Stream);
            if (coverage.Wants(entry.Stream, begun - SurveyInterval))
                await journal.ReadAsync(entry.Stream, cancellation);
        }
        coverage.Keep(open, begun);
        _surveyedUntil = coverage.KnownUntil(begun) is var known && known > DateTimeOffset.UnixEpoch ? known - Settling : null;
    }

    private async Task SettleAsync(IReadOnlyList<(StreamId Stream, long Version)> rested, CancellationToken cancellation) =>
        await Task.WhenAll(rested.Select(rest => journal.SettleAsync(rest.Stream, rest.Version, cancellation)));

    private void Know(SignedCheckpoint? newest)
    {
        _known = (newest?.Checkpoint.Number ?? 0, newest?.Hash ?? default);
        Newest = newest?.Checkpoint;
    }

    private (bool, SignedCheckpoint?) Distrust(string objection)
    {
        if (standing.Object(objection))
            logger.JournalDistrusted(objection);
        return (false, null);
    }
}
