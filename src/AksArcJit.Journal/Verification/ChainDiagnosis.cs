using AksArcJit.Lifecycle;

namespace AksArcJit.Journal.Verification;

/// <summary>
/// What happened to a stretch of rows that does not hold. It starts from what is proven and works backwards: a row whose hash a checkpoint
/// holds is genuine, so the hash that it names as its previous is that of the genuine row before it, and so on down.
/// </summary>
/// <param name="from">The row before the stretch, sound.</param>
/// <param name="told">The times of rows up to this version were looked at already.</param>
/// <param name="proven">The heads within the stretch or after it, by version.</param>
/// <param name="trusted">The last version at or before <paramref name="from"/> that a checkpoint holds; 0 for none.</param>
/// <param name="rows">In the order in which they stand.</param>
/// <param name="isEnd">The stream ends after them.</param>
internal sealed class ChainDiagnosis(
    StreamId stream, ChainPoint from, long told, long trusted, List<ProvenLeaf> proven, List<StoredRow> rows, bool isEnd, Misplacements misplacements, Action<Damage> found)
{
    /// <summary>A place that claims to be further than this beyond all others is an invention.</summary>
    private const int Furthest = 100_000;

    /// <summary>Each row is tried in each other's place; where there are more than these, the rows were not exchanged but laid waste.</summary>
    private const int MostCompared = 200;

    private readonly Dictionary<long, ProvenLeaf> _heads = proven.GroupBy(leaf => leaf.Version).ToDictionary(same => same.Key, same => same.First());
    private readonly Dictionary<long, StoredRow> _genuine = [];
    private readonly Dictionary<long, string> _expected = [];
    private readonly HashSet<StoredRow> _explained = new(ReferenceEqualityComparer.Instance);
    private List<StoredRow> _given = [];
    private ILookup<long, StoredRow> _byPlace = Array.Empty<StoredRow>().ToLookup(row => 0L);

    public ChainPoint Run()
    {
        _given = Places();
        _byPlace = _given.ToLookup(row => row.Place);
        var places = _byPlace.Select(place => place.Key).Order().ToList();
        var top = Top();
        Descend(top);
        var misplaced = new List<(long Version, StoredRow Row, bool IsRewritten)>();
        var gaps = new List<long>();
        for (var version = from.Version + 1; version <= top; version++)
            if (!_genuine.ContainsKey(version))
                Missing(places, version, misplaced, gaps);
        var moved = Gaps(gaps, top) | Inserted() | Contents(misplaced);
        Order(moved);
        Values();
        return _genuine.TryGetValue(top, out var end) ? new ChainPoint(top, end.Computed!, end.At) : new ChainPoint(top, rows.Count > 0 ? rows[^1].Hash : from.Hash, DateTimeOffset.MinValue);
    }

    /// <summary>The rows, each at the version that it was sealed for: whoever deletes or inserts a row renumbers those after it.</summary>
    private List<StoredRow> Places()
    {
        var suspects = rows.Where(row => !row.IsSealed && !row.IsUnreadable).ToList();
        var others = suspects.Count <= MostCompared ? suspects.Select(row => row.Place).ToList() : [];
        var offset = 0L;
        return [.. rows.Select(row =>
        {
            if (row.IsSealed || row.IsUnreadable)
                return row;
            foreach (var version in new[] { row.Place + offset, row.Place - 1, row.Place + 1 }.Concat(others))
                if (version != row.Place && row.SealedAt(version) is { } home)
                {
                    offset = version - row.Place;
                    return home;
                }
            return row;
        })];
    }

    private long Top()
    {
        var last = _heads.Count > 0 ? _heads.Keys.Max() : from.Version;
        var beyond = _given.Where(row => !row.IsUnreadable).Select(row => row.Version).Where(version => version <= Math.Max(last, from.Version) + _given.Count + Furthest);
        return Math.Max(last, beyond.DefaultIfEmpty(from.Version).Max());
    }

    /// <summary>Fills <see cref="_genuine"/> and <see cref="_expected"/> from the last version down.</summary>
    private void Descend(long top)
    {
        var byVersion = _given.Where(row => !row.IsUnreadable).ToLookup(row => row.Version);
        string? hash = null;
        for (var version = top; version > from.Version; version--)
        {
            if (_heads.TryGetValue(version, out var head))
                hash = head.Head.ToString();
            var found = hash is not null
                ? byVersion[version].FirstOrDefault(row => row.Computed == hash)
                : byVersion[version].Where(row => row.IsSealed).OrderByDescending(row => _byPlace[version + 1].Any(next => next.PreviousHash == row.Hash))
                    .ThenByDescending(row => row.Place == version).FirstOrDefault();
            if (hash is not null)
                _expected[version] = hash;
            if (found is not null)
            {
                _genuine[version] = found;
                _explained.Add(found);
            }
            hash = found?.PreviousHash;
        }
        if (hash is not null)
            _expected[from.Version] = hash;
    }

    private void Missing(List<long> places, long version, List<(long, StoredRow, bool)> misplaced, List<long> gaps)
    {
        if (_byPlace[version].FirstOrDefault(row => !_explained.Contains(row)) is not { } stands)
        {
            gaps.Add(version);
            return;
        }
        _explained.Add(stands);
        if (stands.IsUnreadable)
            return;
        var next = places.BinarySearch(version) + 1;
        var leadsOn = next >= places.Count || _byPlace[places[next]].Any(row => row.PreviousHash == stands.Hash);
        misplaced.Add((version, stands, stands.IsSealed && _heads.ContainsKey(version) && leadsOn));
    }

    private bool Gaps(List<long> gaps, long top)
    {
        for (var i = 0; i < gaps.Count;)
        {
            var first = gaps[i];
            var last = first;
            while (++i < gaps.Count && gaps[i] == last + 1)
                last = gaps[i];
            var cut = isEnd && last == top && _heads.TryGetValue(top, out var head) ? head : (ProvenLeaf?)null;
            found(cut is { } by ? new Damage.TailTruncated(stream, first, last, by.Source.Number) : new Damage.RowDeleted(stream, first, last));
        }
        return gaps.Count > 0;
    }

    private bool Inserted()
    {
        var strangers = _given.Where(row => !_explained.Contains(row) && !row.IsUnreadable).ToList();
        foreach (var row in strangers)
            found(new Damage.RowInserted(stream, row.Place, "The row belongs to no place in the chain: the rows around it follow from each other without it."));
        return strangers.Count > 0;
    }

    /// <summary>Rows whose place is right and whose content is not: rewritten as a whole, exchanged with each other, or edited.</summary>
    private bool Contents(List<(long Version, StoredRow Row, bool IsRewritten)> misplaced)
    {
        if (misplaced.Where(row => row.IsRewritten).Select(row => (long?)row.Version).FirstOrDefault() is { } convicting)
        {
            var rewritten = _heads.Keys.Where(version => version < convicting && _genuine.ContainsKey(version)).DefaultIfEmpty(trusted).Max() + 1;
            found(new Damage.ChainRewritten(stream, rewritten, convicting, _heads[convicting].Source.Number));
            misplaced.RemoveAll(row => row.Row.IsSealed && row.Version >= convicting);
        }
        var places = misplaced.Select(row => Place(row.Version, row.Row)).ToList();
        var compared = places.Take(MostCompared).ToList();
        foreach (var (i, place) in places.Index())
            if (i < MostCompared && compared.FirstOrDefault(other => other != place && (place.IsAtHome(other.Content) || other.IsAtHome(place.Content))) is { } with)
                found(new Damage.RowReordered(stream, place.Version, with.Version));
            else
                misplacements.Add(place);
        return misplaced.Count > 0;
    }

    private Misplaced Place(long version, StoredRow row)
    {
        var previous = version == 1 ? HashChain.Start
            : _genuine.TryGetValue(version - 1, out var before) ? before.Computed!
            : version - 1 == from.Version ? from.Hash
            : row.PreviousHash;
        var content = row.Record ?? throw new InvalidOperationException("A row that is not genuine keeps its record.");
        return new Misplaced(version, previous, _expected.GetValueOrDefault(version), content, new Damage.ValueEdited(stream, version,
            row.IsSealed ? "The row carries a fresh hash, but the rows after it, or a checkpoint, hold another." : "The row's content is not what its hash was made of."));
    }

    private void Order(bool moved)
    {
        var order = _given.Where(_explained.Contains).ToList();
        var leastAfter = long.MaxValue;
        StoredRow? early = null;
        for (var i = order.Count - 1; i >= 0; leastAfter = Math.Min(leastAfter, order[i--].Version))
            early = order[i].Version > leastAfter ? order[i] : early;
        var displaced = _genuine.Values.Where(row => row.Place != row.Version).MinBy(row => row.Place);
        if (early is not null)
        {
            var late = order.SkipWhile(row => row != early).Where(row => row.Version < early.Version).Min(row => row.Version);
            found(new Damage.RowReordered(stream, late, early.Version));
        }
        else if (!moved && displaced is not null)
        {
            found(new Damage.ValueEdited(stream, displaced.Version, $"The row's number was altered to {displaced.Place}."));
        }
    }

    private void Values()
    {
        var before = from;
        foreach (var (version, row) in _genuine.OrderBy(entry => entry.Key))
        {
            if (row.Hash != row.Computed)
                found(new Damage.ValueEdited(stream, version, "The row's hash was altered; its content is what was sealed."));
            if (version > told && !Timing.IsTime(row.At))
                found(ChainVerifier.MadeUp(stream, version, row.At));
            else if (version > told && before.Version == version - 1 && row.At < before.At)
                found(new Damage.ClockMovedBack(stream, version, null, "The row is dated before the row that it follows."));
            before = new ChainPoint(version, row.Computed!, row.At);
        }
    }
}
