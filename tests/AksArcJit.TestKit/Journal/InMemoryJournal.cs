using System.Globalization;
using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;

namespace AksArcJit.TestKit.Journal;

/// <summary>The journal port in memory, for tests and simulations. Every call completes before it returns, so no thread but the caller's is used.</summary>
public sealed class InMemoryJournal(TimeProvider time) : IJournal
{
    private static readonly TimeSpan ClaimLifetime = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<StreamId, List<FactRecord>> _streams = [];
    private readonly Dictionary<StreamId, Head> _heads = [];
    private readonly Dictionary<StreamId, OpenEntry> _open = [];
    private readonly Dictionary<RequestId, RequestIndex> _requests = [];
    private readonly Dictionary<string, (RequestId Id, DateTimeOffset At)> _claims = [];

    /// <summary>Every stream with its records, as they stand.</summary>
    public IReadOnlyDictionary<StreamId, IReadOnlyList<FactRecord>> Streams
    {
        get
        {
            lock (_gate)
                return _streams.ToDictionary(stream => stream.Key, stream => (IReadOnlyList<FactRecord>)[.. stream.Value]);
        }
    }

    /// <summary>Changes a record as an insider with write access would.</summary>
    public void Tamper(StreamId stream, long version, Func<FactRecord, FactRecord> change)
    {
        lock (_gate)
            _streams[stream][(int)version - 1] = change(_streams[stream][(int)version - 1]);
    }

    public Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
            return Task.FromResult<IReadOnlyList<FactRecord>>(_streams.TryGetValue(stream, out var records) ? [.. records] : []);
    }

    public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Sequence.Require(append.Stream, append.ExpectedVersion, append.Records);
        lock (_gate)
            return Task.FromResult(Apply(append));
    }

    public Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_claims.TryGetValue(key, out var claim) && claim.Id != id
                && (_heads.TryGetValue(StreamId.Of(claim.Id), out var head) ? head.IsPending : now < claim.At + ClaimLifetime))
                return Task.FromResult<RequestId?>(claim.Id);
            _claims[key] = (id, now);
            return Task.FromResult<RequestId?>(null);
        }
    }

    public async IAsyncEnumerable<JournalRow> ScanAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var (_, records) in Streams.OrderBy(stream => stream.Key.Text, StringComparer.Ordinal))
            foreach (var record in records)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return new JournalRow.Fact(record);
            }
    }

    public async IAsyncEnumerable<OpenEntry> ListOpenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        cancellation.ThrowIfCancellationRequested();
        List<OpenEntry> entries;
        lock (_gate)
            // By name, so that a simulation replays whatever order the entries came in.
            entries = [.. _open.OrderBy(entry => entry.Key.Text, StringComparer.Ordinal).Select(entry => entry.Value)];
        foreach (var entry in entries)
            yield return entry;
    }

    public Task<OpenEntry?> FindOpenAsync(StreamId stream, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
            return Task.FromResult(_open.GetValueOrDefault(stream));
    }

    public Task MarkPublishedAsync(StreamId stream, IReadOnlyDictionary<string, long> upTo, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
            if (_open.TryGetValue(stream, out var entry))
                _open[stream] = entry with { Published = entry.Published.Raise(upTo) };
        return Task.CompletedTask;
    }

    public Task SettleAsync(StreamId stream, long version, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
            if (_streams.TryGetValue(stream, out var records) && records.Count == version)
                _open.Remove(stream);
        return Task.CompletedTask;
    }

    public Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 200, nameof(query));
        lock (_gate)
        {
            var rest = _requests
                .OrderByDescending(request => request.Value.RequestedAt).ThenBy(request => request.Key.Text, StringComparer.Ordinal)
                .SkipWhile(After(query.Cursor)).Where(request => Fits(query, request.Key, request.Value))
                .Select(request => request.Key).Take(query.Limit + 1).ToList();
            var page = rest.Take(query.Limit).ToList();
            return Task.FromResult(new Page(page, rest.Count > query.Limit ? Cursor(page[^1]) : null));
        }
    }

    public Task CheckAsync(CancellationToken cancellation) => Task.CompletedTask;

    private AppendOutcome Apply(Append append)
    {
        var records = _streams.TryGetValue(append.Stream, out var standing) ? standing : [];
        if (records.Count != append.ExpectedVersion)
            return append.Records.All(record => record.Version <= records.Count && records[(int)record.Version - 1].FactId == record.FactId)
                ? new AppendOutcome.Appended()
                : new AppendOutcome.Conflict();
        append.RequireInTime(time.GetUtcNow());
        records.AddRange(append.Records);
        _streams[append.Stream] = records;
        _heads[append.Stream] = append.Head;
        if (append.Due is { } due)
            _open[append.Stream] = _open.TryGetValue(append.Stream, out var open)
                ? open with { Due = due }
                : new OpenEntry(append.Stream, due, PublishedMarks.From(append.ExpectedVersion));
        else
            _open.Remove(append.Stream);
        if (append.Index is { } index)
            _requests.Add(append.Stream.Request ?? throw new ArgumentException($"{append.Stream} is no request, so it has no index.", nameof(append)), index);
        return new AppendOutcome.Appended();
    }

    private bool Fits(RequestQuery query, RequestId id, RequestIndex index) =>
        (query.Ticket is null || query.Ticket == index.Ticket)
        && (query.Cluster is null || query.Cluster == index.Cluster)
        && (query.Engineer is null || query.Engineer == index.Engineer)
        && (query.After is null || index.RequestedAt >= query.After)
        && (query.Before is null || index.RequestedAt < query.Before)
        && (query.States.Count == 0 || query.States.Contains(_heads[StreamId.Of(id)].State));

    private string Cursor(RequestId id) => $"{_requests[id].RequestedAt.UtcTicks:D19}{id.Text}";

    private static Func<KeyValuePair<RequestId, RequestIndex>, bool> After(string? cursor)
    {
        if (cursor is null)
            return _ => false;
        if (cursor.Length != 19 + RequestId.Length
            || !long.TryParse(cursor.AsSpan(0, 19), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || !RequestId.TryParse(cursor[19..], out var last))
            throw new FormatException("The cursor is not one that this journal gave; ask again without it.");
        return request => request.Value.RequestedAt.UtcTicks > ticks
            || (request.Value.RequestedAt.UtcTicks == ticks && string.CompareOrdinal(request.Key.Text, last.Text) <= 0);
    }
}
