using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Journal.Verification;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Checkpoints;

/// <summary>
/// Holds the rows that no hash covers against what the verifier has just read: an altered head makes a store refuse every append or hides a
/// request from its ticket's close, an altered open row puts its deadline off. What differs is read again, head, chain and head, so that what
/// was appended meanwhile is no damage. Not covered: the rows by which lists find requests.
/// </summary>
/// <param name="verifier">Has taken all checkpoints and rows, and is not finished.</param>
public sealed class IndexVerification(IJournal store, ICheckpointLog log, IUnhashedRows unhashed, JournalVerifier verifier, TimeProvider time)
{
    // Clocks of instances, and the pauses between tries of a removal.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);
    private const int Tries = 3;

    private readonly Dictionary<long, long> _sizes = [];
    private (long Number, Journal.Checkpoints.MerkleHash Hash) _newest;

    /// <summary>To be told of every row that the verifier takes.</summary>
    public void Note(JournalRow row)
    {
        if (row is not JournalRow.Checkpoint { Stored.Signed: var signed })
            return;
        _sizes[signed.Checkpoint.Number] = signed.Checkpoint.TreeSize;
        if (signed.Checkpoint.Number > _newest.Number)
            _newest = (signed.Checkpoint.Number, signed.Hash);
    }

    /// <param name="pace">Awaited before each row; may hold the reading back.</param>
    /// <exception cref="JournalUnavailableException">The store did not answer.</exception>
    public async Task RunAsync(Func<ValueTask> pace, CancellationToken cancellation)
    {
        await CheckSizesAsync(pace, cancellation);
        var open = new Dictionary<StreamId, DateTimeOffset>();
        await foreach (var entry in store.ListOpenAsync(cancellation))
            open[entry.Stream] = entry.Due;
        var suspects = open.Keys.Where(stream => stream.Request is not null).ToHashSet();
        await foreach (var head in unhashed.ListHeadsAsync(cancellation))
        {
            await pace();
            if (!StreamId.TryParse(head.Name, out var stream))
                verifier.Tell(new Damage.NotReadable($"head '{head.Name}'", null, null, null, "The stream's name is none that this journal gives."));
            else if (verifier.TakeEnd(stream) is not { } end || !Fits(head, stream, end) || (IsOpen(end) && !open.ContainsKey(stream)))
                suspects.Add(stream);
        }
        suspects.UnionWith(verifier.RemainingEnds);
        foreach (var stream in suspects.Where(stream => !verifier.IsDamaged(stream)))
        {
            await pace();
            await CheckAsync(stream, open.TryGetValue(stream, out var due) ? due : null, cancellation);
        }
    }

    private static bool Fits(HeadEntry head, StreamId stream, ChainEnd end) =>
        head.Version == end.Version && head.Hash == end.Hash.ToString() && (stream.Request is null || head.Head == RequestEngine.HeadOf(end.State));

    private static bool IsOpen(ChainEnd end) => end.State.Length > 0 && end.State != nameof(RequestState.Closed);

    private async Task CheckAsync(StreamId stream, DateTimeOffset? due, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var head = await unhashed.ReadHeadAsync(stream, cancellation);
            var records = await store.ReadAsync(stream, cancellation);
            var contradiction = HeadContradiction(head, records, stream) ?? await DueContradictionAsync(stream, StateOf(stream, records), due, cancellation);
            // What a chain that breaks off says is told already; one that moves on is looked at anew.
            if (contradiction is null || HashChain.FirstDamage(stream, records) is not null)
                return;
            if (await unhashed.ReadHeadAsync(stream, cancellation) != head || (await store.ReadAsync(stream, cancellation)).Count != records.Count)
                continue;
            verifier.Tell(new Damage.IndexAltered(stream, null, contradiction));
            return;
        }
    }

    private static string? HeadContradiction(HeadEntry? head, IReadOnlyList<FactRecord> records, StreamId stream) => (head, records) switch
    {
        (null, []) => null,
        (null, _) => "Its head row is missing: the store refuses every append.",
        (_, []) => "A head row stands for a chain that has no rows.",
        var (_, rows) when head.Version != rows[^1].Version || head.Hash != rows[^1].Hash =>
            $"Its head row says row {head.Version}{(head.Version == rows[^1].Version ? " with another hash" : "")}, and the chain ends at row {rows[^1].Version}: the store refuses every append.",
        var (_, rows) when StateOf(stream, rows) is { } state && RequestEngine.HeadOf(state) is var wanted && head.Head != wanted =>
            $"Its head row says {Say(head.Head)}, its facts say {Say(wanted)}: lists, and what a ticket's close ends, follow the head row.",
        _ => null,
    };

    private static string Say(Head head) => $"'{head.State}'{(head.IsPending ? ", pending" : "")}";

    /// <param name="listed">When the open index said that it is due, before this look; null where it did not name it.</param>
    private async Task<string?> DueContradictionAsync(StreamId stream, RequestState? state, DateTimeOffset? listed, CancellationToken cancellation)
    {
        if (state is null || RequestEngine.DueOf(state, time.GetUtcNow()) is not { } wanted || listed <= wanted + Tolerance)
            return null;
        listed = (await store.FindOpenAsync(stream, cancellation))?.Due;
        return listed is null ? "It is not over, and missing from the open index: after a start anew nobody attends to its deadline."
            : listed > wanted + Tolerance ? $"The open index says that it is due at {listed:yyyy-MM-dd HH:mm:ss} UTC, its facts say {wanted:yyyy-MM-dd HH:mm:ss} UTC."
            : null;
    }

    private static RequestState? StateOf(StreamId stream, IReadOnlyList<FactRecord> records)
    {
        try
        {
            return stream.Request is { } id && records.Count > 0 ? RequestHistory.Of(id, records).State : null;
        }
        catch (QuarantineException)
        {
            // Damaged, which the chain tells itself, or of a newer version.
            return null;
        }
    }

    private async Task CheckSizesAsync(Func<ValueTask> pace, CancellationToken cancellation)
    {
        var missing = _sizes.Keys.ToHashSet();
        await foreach (var (size, number) in unhashed.ListSizesAsync(cancellation))
        {
            await pace();
            // One that was not read is newer, or its damage is told already.
            if (_sizes.TryGetValue(number, out var signed) && missing.Remove(number) && size != signed)
                verifier.Tell(new Damage.IndexAltered(null, number, $"The store finds it under size {size} of the log; it is signed with {signed}: proofs made from it fail."));
        }
        foreach (var number in missing.Order())
            verifier.Tell(new Damage.IndexAltered(null, number, "The store does not find it by the size of the log: proofs that need it fail."));
        if (await NewestFaultAsync(cancellation) is { } fault)
            verifier.Tell(new Damage.IndexAltered(null, _newest.Number, fault));
    }

    private async Task<string?> NewestFaultAsync(CancellationToken cancellation)
    {
        try
        {
            var newest = await log.ReadNewestAsync(cancellation);
            return (newest?.Checkpoint.Number ?? 0) < _newest.Number ? $"The store calls checkpoint {newest?.Checkpoint.Number ?? 0} its newest."
                : newest?.Checkpoint.Number == _newest.Number && newest.Hash != _newest.Hash ? "The store's row of the newest checkpoint holds another of this number."
                : null;
        }
        catch (FormatException unreadable)
        {
            return $"The store's row of the newest checkpoint cannot be read: {unreadable.Message}";
        }
    }
}
