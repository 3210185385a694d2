using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Tables;

/// <summary>The journal in Azure Table Storage (design section 5). Nothing is asked of the account before the first call.</summary>
public sealed class TablesJournal : IJournal
{
    // At 10 ms a call 6,400 a second: a partition gives 2,000 and an account 20,000 (Azure Storage: scalability targets for Tables).
    private const int CallsAtOnce = 64;

    // Four attempts and the pauses between them. A claim allows a first append for half of its minute.
    private static readonly TimeSpan LongestAppend = TimeSpan.FromSeconds(25);

    private readonly Chains _chains;
    private readonly OpenIndex _open;
    private readonly RequestIndexes _requests;
    private readonly PendingClaims _claims;
    private readonly Table _indexTable;
    private readonly TimeProvider _time;

    public TablesJournal(IOptions<TablesJournalOptions> options, TimeProvider time)
        : this(options.Value, time, new TableClientOptions())
    {
    }

    internal TablesJournal(TablesJournalOptions options, TimeProvider time, TableClientOptions client)
    {
        // The defaults would let one call take minutes. Who waits here holds a person, or a revocation, up.
        client.Retry.MaxRetries = 3;
        client.Retry.Delay = TimeSpan.FromMilliseconds(200);
        client.Retry.MaxDelay = TimeSpan.FromSeconds(2);
        client.Retry.NetworkTimeout = TimeSpan.FromSeconds(5);
        client.AddPolicy(new InTurn(CallsAtOnce, TimeSpan.FromSeconds(30)), HttpPipelinePosition.PerCall);
        var service = options.Endpoint is { } endpoint
            ? new TableServiceClient(endpoint, new DefaultAzureCredential(), client)
            : new TableServiceClient(options.ConnectionString, client);
        _time = time;
        _indexTable = new Table(service, options.Prefix + "RequestIndex");
        var chains = new Table(service, options.Prefix + "AccessJournal");
        _chains = new Chains(chains);
        _open = new OpenIndex(new Table(service, options.Prefix + "OpenRequests"), _chains, time);
        _requests = new RequestIndexes(_indexTable, _chains);
        _claims = new PendingClaims(_indexTable, _requests, _chains, time);
        var checkpoints = new Table(service, options.Prefix + "Checkpoints");
        Checkpoints = new TablesCheckpointLog(checkpoints);
        Unhashed = new TablesUnhashedRows(chains, checkpoints);
    }

    /// <summary>In the same account.</summary>
    public ICheckpointLog Checkpoints { get; }

    /// <summary>In the same account.</summary>
    public IUnhashedRows Unhashed { get; }

    public Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation) => _chains.ReadAsync(stream, FactRow.FirstKey, cancellation);

    public Task<IReadOnlyList<FactRecord>> ReadFromAsync(StreamId stream, long version, CancellationToken cancellation) =>
        _chains.ReadAsync(stream, FactRow.Key(version), cancellation);

    public async Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation)
    {
        Sequence.Require(append.Stream, append.ExpectedVersion, append.Records);
        var facts = Chains.Rows(append);

        var head = await _chains.HeadAtAsync(append.Stream, append.ExpectedVersion, cancellation);
        if ((head?.Version ?? 0) != append.ExpectedVersion)
            return await MetAsync(append, cancellation);

        var row = await PrepareAsync(append, head, cancellation);
        append.RequireInTime(_time.GetUtcNow());
        // A first append waits for its turn like any other, and is not sent when what allowed it is over.
        using var late = new CancellationTokenSource(head is null ? LongestAppend : Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            if (!await _chains.AppendAsync(append, facts, head, either.Token))
                return await MetAsync(append, cancellation);
        }
        catch (OperationCanceledException over) when (late.IsCancellationRequested)
        {
            throw new JournalUnavailableException($"Table Storage did not do its work within {LongestAppend.TotalSeconds:0} s; whether the append stands is not known.", over);
        }

        if (row is not null)
            await FollowAsync(append, row);
        return new AppendOutcome.Appended();
    }

    public Task<bool> EnterAsync(RequestId id, RequestIndex index, CancellationToken cancellation) => _requests.EnterAsync(id, index, cancellation);

    public Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation) =>
        _claims.ClaimAsync(key, id, index, cancellation);

    public IAsyncEnumerable<JournalRow> ScanAsync(CancellationToken cancellation) => _chains.ScanAsync(cancellation);

    public IAsyncEnumerable<OpenEntry> ListOpenAsync(CancellationToken cancellation) => _open.ListAsync(cancellation);

    public Task<OpenEntry?> FindOpenAsync(StreamId stream, CancellationToken cancellation) => _open.FindAsync(stream, cancellation);

    public Task MarkPublishedAsync(StreamId stream, IReadOnlyDictionary<string, long> upTo, CancellationToken cancellation) =>
        _open.MarkPublishedAsync(stream, upTo, cancellation);

    public Task SettleAsync(StreamId stream, long version, CancellationToken cancellation) => _open.SettleAsync(stream, version, cancellation);

    public Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation)
    {
        Limits.Require(query);
        return _requests.FindAsync(query, cancellation);
    }

    public async Task CheckAsync(CancellationToken cancellation)
    {
        await _open.CheckAsync(cancellation);
        await _indexTable.UpsertAsync(new TableEntity("check!", "check"), cancellation);
    }

    /// <returns>The open row as it stands before the append; null where the append needs none.</returns>
    private async Task<OpenRow?> PrepareAsync(Append append, HeadRow? head, CancellationToken cancellation)
    {
        if (append.Due is not { } due)
            return head is { IsDone: false } ? await _open.FindAtAsync(append.Stream, head.Version, cancellation) : null;
        var entering = _open.EnterAsync(append.Stream, due, head, cancellation);
        if (append is { Index: { } index, Stream.Request: { } id })
            await Task.WhenAll(entering, _requests.WriteAsync(id, index, cancellation));
        var row = await entering;
        if (head is null)
            _open.RequireFresh(row);
        return row;
    }

    /// <summary>The append met a chain that has moved on: by somebody else, or by ourselves with the answer lost (also between the client's own attempts).</summary>
    private async Task<AppendOutcome> MetAsync(Append append, CancellationToken cancellation) =>
        // The open row is left as it is, early at worst: what stands may already be followed by more.
        await _chains.HoldsAsync(append, cancellation) ? new AppendOutcome.Appended() : new AppendOutcome.Conflict();

    private async Task FollowAsync(Append append, OpenRow row)
    {
        try
        {
            await _open.LeaveAsync(append, row, CancellationToken.None);
        }
        catch (JournalUnavailableException)
        {
            // The facts stand, and the caller must hear so. The row is early, which costs a wake-up; one that should be gone is
            // settled when the open index is next read.
        }
    }
}
