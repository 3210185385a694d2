using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.Journal.Verification;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Checkpoints;

/// <summary>How far an anchor is.</summary>
/// <param name="Number">Of the last checkpoint that it is known to hold; 0 where that is none.</param>
/// <param name="Behind">How many checkpoints it lacks, as last looked.</param>
/// <param name="Fault">Why it was last not done; null where it was.</param>
/// <param name="HasLost">It held less than it should: it is new, or somebody took checkpoints from it. Told until the next start.</param>
/// <param name="Damage">The first thing that is wrong with its lines as a chain, told until the next start; null where nothing is. It is no word against the store.</param>
public sealed record AnchorProgress(string Name, long Number, long Behind, string? Fault, bool HasLost = false, string? Damage = null);

/// <summary>
/// Carries every checkpoint out of the journal's reach, in order, to each anchor at its own pace. An anchor that is away holds nothing up:
/// it is told, and catches up. Before anything is added to an anchor, what it holds is compared with the store: a checkpoint that our key
/// signed and that contradicts the store stops grants. One that no key of ours signed, a line that is none, and a gap prove nothing about the
/// store: they are the anchor's damage, told and no more.
/// </summary>
public sealed class Anchoring(
    string installation, IEnumerable<IAnchor> anchors, ICheckpointLog log, JournalStanding standing, CheckpointTrust trust,
    TimeProvider time, ILogger<Anchoring> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    // Until then nothing is granted.
    private static readonly TimeSpan LongestUncompared = TimeSpan.FromSeconds(5);

    // The alert asks for two windows of five minutes: what lasts is told in each.
    private static readonly TimeSpan ToldAgain = TimeSpan.FromMinutes(2);

    // A checkpoint is anchored within seconds, so that an anchor without one that is older than this never had it, or had it taken.
    private static readonly TimeSpan LongestUnanchored = TimeSpan.FromMinutes(5);

    private const int MostDamagesTold = 10;

    private readonly List<Course> _courses = [.. anchors.Select(anchor => new Course(anchor, standing))];
    private TaskCompletionSource _made = New();

    public IReadOnlyList<AnchorProgress> Progress =>
        [.. _courses.Select(course => new AnchorProgress(course.Anchor.Name, course.Number ?? 0, course.Behind, course.Fault, course.HasLost, course.Damage))];

    /// <summary>There is a new checkpoint.</summary>
    public void Prompt() => Interlocked.Exchange(ref _made, New()).TrySetResult();

    /// <summary>Compares the store with each anchor, at start. One that does not answer is compared when it does, before anything is added to it.</summary>
    public Task CompareAsync(CancellationToken cancellation) => Task.WhenAll(_courses.Select(course => TryAsync(course, () => CompareAsync(course, cancellation))));

    public Task RunAsync(CancellationToken stop) =>
        _courses.Count == 0 ? Task.Delay(Timeout.InfiniteTimeSpan, time, stop) : Task.WhenAll(_courses.Select(course => RunAsync(course, stop)));

    /// <summary>Brings every anchor up to date, as far as it answers.</summary>
    public Task CatchUpAsync(CancellationToken cancellation) => Task.WhenAll(_courses.Select(course => TryAsync(course, () => CatchUpAsync(course, cancellation))));

    private async Task RunAsync(Course course, CancellationToken stop)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!stop.IsCancellationRequested)
        {
            var made = Volatile.Read(ref _made).Task;
            if (await TryAsync(course, () => CatchUpAsync(course, stop)))
            {
                pause = TimeSpan.FromSeconds(1);
                using var timer = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(made, Task.Delay(Interval, time, timer.Token));
                await timer.CancelAsync();
            }
            else
            {
                await Task.Delay(pause, time, stop);
                var longest = course.Number is null ? LongestUncompared : LongestPause;
                pause = pause * 2 < longest ? pause * 2 : longest;
            }
        }
    }

    private async Task CatchUpAsync(Course course, CancellationToken cancellation)
    {
        await CarryAsync(course, cancellation);
        // A year of its lines takes a while to read: nothing that is to be carried waits for that.
        await CheckAsync(course, cancellation);
    }

    private async Task CarryAsync(Course course, CancellationToken cancellation)
    {
        var newest = await log.ReadNewestAsync(cancellation);
        await CompareAsync(course, cancellation);
        // What contradicts the store is left as it is: it is the evidence.
        if (standing.Objection is not null || newest is null)
            return;
        course.Behind = Math.Max(0, newest.Checkpoint.Number - course.Number!.Value);
        // An anchor that cannot be read back gets the newest first: it speaks for all before it.
        var from = course.IsBlind ? newest.Checkpoint.Number : course.Number.Value + 1;
        if (from > newest.Checkpoint.Number)
            return;
        await foreach (var row in log.ListAsync(from, cancellation))
        {
            if (row is not JournalRow.Checkpoint { Stored.Signed: var signed })
                throw new FormatException("A checkpoint of the store cannot be read, so none is anchored any more.");
            if (await course.Anchor.AppendAsync(signed, time.GetUtcNow(), cancellation) < course.Number)
                Miss(course, course.Number.Value);
            (course.Number, course.IsBlind) = (signed.Checkpoint.Number, false);
            course.Behind = Math.Max(0, newest.Checkpoint.Number - signed.Checkpoint.Number);
        }
    }

    // Before each append again: somebody may have put another anchor in its place, or begun a second store on this one.
    private async Task CompareAsync(Course course, CancellationToken cancellation)
    {
        var unanswered = await LearnAsync(cancellation);
        var anchored = course.Anchor.IsBlind ? null : await course.Anchor.ReadNewestAsync(cancellation);
        if (anchored is not null && await ContradictionAsync(anchored, cancellation) is { } contradiction)
        {
            // Anybody may have written it, as long as our keys are not known.
            if (unanswered is not null)
                throw unanswered;
            var objection = $"Anchor {course.Anchor.Name}: {contradiction}";
            if (standing.Object(objection))
                logger.JournalDistrusted(objection);
        }
        if (course.Number is not null)
            return;
        if (anchored is null && !course.Anchor.IsBlind && await OldestAsync(cancellation) is { } oldest && time.GetUtcNow() - oldest.At > LongestUnanchored)
            Miss(course, oldest.Number);
        (course.Number, course.IsBlind) = (anchored?.Checkpoint.Number ?? 0, course.Anchor.IsBlind);
        standing.Compared(course.Anchor.Name);
    }

    private async Task<SignerUnavailableException?> LearnAsync(CancellationToken cancellation)
    {
        try
        {
            await trust.LearnAsync(cancellation);
            return null;
        }
        catch (SignerUnavailableException away)
        {
            return away;
        }
    }

    /// <summary>Reads on in its lines as a chain, from where that was left.</summary>
    private async Task CheckAsync(Course course, CancellationToken cancellation)
    {
        await using var text = await course.Anchor.OpenAsync(cancellation);
        if (text is null)
            return;
        if (course.Chain is null || text.Length < course.Checked)
            (course.Chain, course.Checked) = (new AnchorChain(trust.IsOurs, damage => Tell(course, damage)), 0);
        text.Seek(course.Checked, SeekOrigin.Begin);
        course.Checked += await AnchorText.FollowAsync(text, course.Chain, cancellation);
    }

    private void Tell(Course course, Damage damage)
    {
        // Whoever floods it must not flood the log as well; the audit's verification names them all.
        if (course.Damages++ < MostDamagesTold)
            logger.AnchorDamaged(course.Anchor.Name, damage.ToString());
        course.Damage ??= damage.ToString();
    }

    /// <summary>The store's first, as far as it can be read.</summary>
    private async Task<Checkpoint?> OldestAsync(CancellationToken cancellation)
    {
        try
        {
            return (await log.ReadAsync(1, cancellation) is { } first ? first.Signed : await log.ReadNewestAsync(cancellation))?.Checkpoint;
        }
        catch (FormatException)
        {
            // Of no use here; who follows the log tells it.
            return null;
        }
    }

    // Filled again all the same: what it holds from now on is worth having, and each line says when it came.
    private void Miss(Course course, long number)
    {
        if (!course.HasLost)
            logger.AnchorLost(course.Anchor.Name, number);
        course.HasLost = true;
    }

    private async Task<string?> ContradictionAsync(SignedCheckpoint anchored, CancellationToken cancellation)
    {
        var number = anchored.Checkpoint.Number;
        if (anchored.Checkpoint.Log != installation)
            return $"it holds the checkpoints of installation '{anchored.Checkpoint.Log}', not of '{installation}'.";
        try
        {
            if (await log.ReadAsync(number, cancellation) is not { } stored)
                return $"it holds checkpoint {number}, but the journal ends at {(await log.ReadNewestAsync(cancellation))?.Checkpoint.Number ?? 0}: "
                    + "the store was restored from an older backup, or cut off.";
            return stored.Signed.Hash == anchored.Hash ? null : $"checkpoint {number} of the journal is not the one that was anchored.";
        }
        catch (FormatException unreadable)
        {
            return $"checkpoint {number} of the journal cannot be read: {unreadable.Message}";
        }
    }

    private async Task<bool> TryAsync(Course course, Func<Task> work)
    {
        try
        {
            await work();
            course.Fault = null;
            return true;
        }
        catch (Exception failure) when (failure is AnchorUnavailableException or JournalUnavailableException or SignerUnavailableException or FormatException or IOException)
        {
            if (course.Fault != failure.Message || time.GetUtcNow() - course.ToldAt >= ToldAgain)
            {
                logger.AnchorFailed(course.Anchor.Name, failure.Message);
                course.ToldAt = time.GetUtcNow();
            }
            course.Fault = failure.Message;
            return false;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Course
    {
        public Course(IAnchor anchor, JournalStanding standing)
        {
            Anchor = anchor;
            standing.Await(anchor.Name);
        }

        public IAnchor Anchor { get; }

        /// <summary>Null until the anchor was compared with the store.</summary>
        public long? Number { get; set; }

        public bool IsBlind { get; set; }

        public long Behind { get; set; }

        public string? Fault { get; set; }

        public DateTimeOffset ToldAt { get; set; }

        public bool HasLost { get; set; }

        public AnchorChain? Chain { get; set; }

        /// <summary>Bytes of it that were read as a chain.</summary>
        public long Checked { get; set; }

        public string? Damage { get; set; }

        public int Damages { get; set; }
    }
}
