using System.Collections.Concurrent;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;

namespace AksArcJit.Server.Tests.Harness;

/// <summary>The real journal, counted, and switched off at will.</summary>
public sealed class WatchedJournal(IJournal inner) : IJournal
{
    private readonly ConcurrentDictionary<StreamId, int> _findings = [];
    private int _writes;

    public bool IsDown { get; set; }

    /// <summary>Appends and claims so far; without those that say who was told, and what a sweep found, which come in their own time.</summary>
    public int Writes => _writes;

    /// <summary>Appends of what sweeps found at one cluster.</summary>
    public int Findings(string cluster) => _findings.GetValueOrDefault(StreamId.Of(ClusterId.Parse(cluster)));

    /// <summary>A stream whose reading fails as no store should; null for none.</summary>
    public StreamId? Unreadable { get; set; }

    public Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation) =>
        stream == Unreadable ? throw new InvalidOperationException("unreadable by the test") : Up().ReadAsync(stream, cancellation);

    public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation)
    {
        if (append.Stream.Text.StartsWith("cluster!", StringComparison.Ordinal))
            _findings.AddOrUpdate(append.Stream, 1, (_, count) => count + 1);
        else if (!append.Records.All(record => record.Kind.StartsWith("Notice", StringComparison.Ordinal)))
            Interlocked.Increment(ref _writes);
        return Up().AppendAsync(append, cancellation);
    }

    public Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _writes);
        return Up().ClaimPendingAsync(key, id, index, cancellation);
    }

    /// <summary>In place of what the store holds; null for that.</summary>
    public IAsyncEnumerable<JournalRow>? Scanned { get; set; }

    public IAsyncEnumerable<JournalRow> ScanAsync(CancellationToken cancellation) => Scanned ?? Up().ScanAsync(cancellation);

    public IAsyncEnumerable<OpenEntry> ListOpenAsync(CancellationToken cancellation) => Up().ListOpenAsync(cancellation);

    public Task SettleAsync(StreamId stream, long version, CancellationToken cancellation) => Up().SettleAsync(stream, version, cancellation);

    public Task<OpenEntry?> FindOpenAsync(StreamId stream, CancellationToken cancellation) => Up().FindOpenAsync(stream, cancellation);

    public Task MarkPublishedAsync(StreamId stream, IReadOnlyDictionary<string, long> upTo, CancellationToken cancellation) =>
        Up().MarkPublishedAsync(stream, upTo, cancellation);

    public Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation) => Up().FindAsync(query, cancellation);

    public Task CheckAsync(CancellationToken cancellation) => Up().CheckAsync(cancellation);

    private IJournal Up() => IsDown ? throw new JournalUnavailableException("switched off by the test") : inner;
}
