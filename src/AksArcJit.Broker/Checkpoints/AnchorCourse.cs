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
/// One anchor: the checkpoints go to it in order. Before anything is added, what it holds is compared with the store: a checkpoint that our key
/// signed and that contradicts the store stops grants. One that no key of ours signed, a line that is none, and a gap prove nothing about the
/// store: they are the anchor's damage, told and no more.
/// </summary>
internal sealed class AnchorCourse
{
    // The alert asks for two windows of five minutes: what lasts is told in each.
    private static readonly TimeSpan ToldAgain = TimeSpan.FromMinutes(2);

    // A checkpoint is anchored within seconds, so that an anchor without one that is older than this never had it, or had it taken.
    private static readonly TimeSpan LongestUnanchored = TimeSpan.FromMinutes(5);

    private const int MostDamagesTold = 10;

    private readonly IAnchor _anchor;
    private readonly string _installation;
    private readonly ICheckpointLog _log;
    private readonly JournalStanding _standing;
    private readonly CheckpointTrust _trust;
    private readonly TimeProvider _time;
    private readonly ILogger<Anchoring> _logger;

    // Of the last checkpoint that the anchor is known to hold; null until it was compared with the store.
    private long? _number;

    // It cannot be read back, and was given none since the start.
    private bool _isBlind;
    private long _behind;
    private bool _hasLost;
    private string? _fault;
    private DateTimeOffset _toldAt;

    // Its lines as a chain, the bytes that were read as such, and what is wrong with them.
    private AnchorChain? _chain;
    private long _checked;
    private string? _damage;
    private int _damages;

    public AnchorCourse(
        IAnchor anchor, string installation, ICheckpointLog log, JournalStanding standing, CheckpointTrust trust, TimeProvider time, ILogger<Anchoring> logger)
    {
        (_anchor, _installation, _log, _standing, _trust, _time, _logger) = (anchor, installation, log, standing, trust, time, logger);
        standing.Await(anchor.Name);
    }

    public bool IsCompared => _number is not null;

    public AnchorProgress Progress => new(_anchor.Name, _number ?? 0, _behind, _fault, _hasLost, _damage);

    /// <returns>False where something did not answer: it is told, and is the fault until the next time.</returns>
    public Task<bool> TryCompareAsync(CancellationToken cancellation) => TryAsync(() => CompareAsync(cancellation));

    /// <summary>Brings the anchor up to date, and reads on in its lines.</summary>
    /// <inheritdoc cref="TryCompareAsync"/>
    public Task<bool> TryCatchUpAsync(CancellationToken cancellation) => TryAsync(async () =>
    {
        await CarryAsync(cancellation);
        // A year of its lines takes a while to read: nothing that is to be carried waits for that.
        await CheckAsync(cancellation);
    });

    private async Task CarryAsync(CancellationToken cancellation)
    {
        var newest = await _log.ReadNewestAsync(cancellation);
        await CompareAsync(cancellation);
        // What contradicts the store is left as it is: it is the evidence.
        if (_standing.Objection is not null || newest is null)
            return;
        _behind = Math.Max(0, newest.Checkpoint.Number - _number!.Value);
        // An anchor that cannot be read back gets the newest first: it speaks for all before it.
        var from = _isBlind ? newest.Checkpoint.Number : _number.Value + 1;
        if (from > newest.Checkpoint.Number)
            return;
        await foreach (var row in _log.ListAsync(from, cancellation))
        {
            if (row is not JournalRow.Checkpoint { Stored.Signed: var signed })
                throw new FormatException("A checkpoint of the store cannot be read, so none is anchored any more.");
            if (await _anchor.AppendAsync(signed, _time.GetUtcNow(), cancellation) < _number)
                Miss(_number.Value);
            (_number, _isBlind) = (signed.Checkpoint.Number, false);
            _behind = Math.Max(0, newest.Checkpoint.Number - signed.Checkpoint.Number);
        }
    }

    // Before each append again: somebody may have put another anchor in its place, or begun a second store on this one.
    private async Task CompareAsync(CancellationToken cancellation)
    {
        var unanswered = await LearnAsync(cancellation);
        var anchored = _anchor.IsBlind ? null : await _anchor.ReadNewestAsync(cancellation);
        if (anchored is not null && await ContradictionAsync(anchored, cancellation) is { } contradiction)
        {
            // Anybody may have written it, as long as our keys are not known.
            if (unanswered is not null)
                throw unanswered;
            var objection = $"Anchor {_anchor.Name}: {contradiction}";
            if (_standing.Object(objection))
                _logger.JournalDistrusted(objection);
        }
        if (IsCompared)
            return;
        if (anchored is null && !_anchor.IsBlind && await OldestAsync(cancellation) is { } oldest && _time.GetUtcNow() - oldest.At > LongestUnanchored)
            Miss(oldest.Number);
        (_number, _isBlind) = (anchored?.Checkpoint.Number ?? 0, _anchor.IsBlind);
        _standing.Compared(_anchor.Name);
    }

    private async Task<SignerUnavailableException?> LearnAsync(CancellationToken cancellation)
    {
        try
        {
            await _trust.LearnAsync(cancellation);
            return null;
        }
        catch (SignerUnavailableException away)
        {
            return away;
        }
    }

    private async Task<string?> ContradictionAsync(SignedCheckpoint anchored, CancellationToken cancellation)
    {
        var number = anchored.Checkpoint.Number;
        if (anchored.Checkpoint.Log != _installation)
            return $"it holds the checkpoints of installation '{anchored.Checkpoint.Log}', not of '{_installation}'.";
        try
        {
            if (await _log.ReadAsync(number, cancellation) is not { } stored)
                return $"it holds checkpoint {number}, but the journal ends at {(await _log.ReadNewestAsync(cancellation))?.Checkpoint.Number ?? 0}: "
                    + "the store was restored from an older backup, or cut off.";
            return stored.Signed.Hash == anchored.Hash ? null : $"checkpoint {number} of the journal is not the one that was anchored.";
        }
        catch (FormatException unreadable)
        {
            return $"checkpoint {number} of the journal cannot be read: {unreadable.Message}";
        }
    }

    /// <summary>The store's first, as far as it can be read.</summary>
    private async Task<Checkpoint?> OldestAsync(CancellationToken cancellation)
    {
        try
        {
            return (await _log.ReadAsync(1, cancellation) is { } first ? first.Signed : await _log.ReadNewestAsync(cancellation))?.Checkpoint;
        }
        catch (FormatException)
        {
            // Of no use here; who follows the log tells it.
            return null;
        }
    }

    // Filled again all the same: what it holds from now on is worth having, and each line says when it came.
    private void Miss(long number)
    {
        if (!_hasLost)
            _logger.AnchorLost(_anchor.Name, number);
        _hasLost = true;
    }

    /// <summary>Reads on in its lines as a chain, from where that was left.</summary>
    private async Task CheckAsync(CancellationToken cancellation)
    {
        await using var text = await _anchor.OpenAsync(cancellation);
        if (text is null)
            return;
        if (_chain is null || text.Length < _checked)
            (_chain, _checked) = (new AnchorChain(_trust.IsOurs, Tell), 0);
        text.Seek(_checked, SeekOrigin.Begin);
        _checked += await AnchorText.FollowAsync(text, _chain, cancellation);
    }

    private void Tell(Damage damage)
    {
        // Whoever floods it must not flood the log as well; the audit's verification names them all.
        if (_damages++ < MostDamagesTold)
            _logger.AnchorDamaged(_anchor.Name, damage.ToString());
        _damage ??= damage.ToString();
    }

    private async Task<bool> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            _fault = null;
            return true;
        }
        catch (Exception failure) when (failure is AnchorUnavailableException or JournalUnavailableException or SignerUnavailableException or FormatException or IOException)
        {
            if (_fault != failure.Message || _time.GetUtcNow() - _toldAt >= ToldAgain)
            {
                _logger.AnchorFailed(_anchor.Name, failure.Message);
                _toldAt = _time.GetUtcNow();
            }
            _fault = failure.Message;
            return false;
        }
    }
}
