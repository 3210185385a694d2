using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>
/// Table <c>RequestIndex</c>: four immutable rows a request, by ticket, cluster, engineer and month, each newest first. Written before
/// the first append, so an entry may have no chain; whoever lists looks at the head. A request that was asked again under its Idempotency-Key
/// before it had a chain has rows for each time: a page lists it once.
/// </summary>
internal sealed class RequestIndexes(Table table, Chains chains)
{
    private const int HeadsAtOnce = 16;

    private readonly Bounded<RequestIndex> _withTicketRow = new();
    private readonly Bounded<RequestIndex> _withEngineerRow = new();

    public static TableEntity TicketRow(RequestId id, RequestIndex index) => Row(IndexKeys.Of(index.Ticket), id, index);

    /// <summary>The row in the ticket's partition stands already.</summary>
    public void HasTicketRow(RequestId id, RequestIndex index) => _withTicketRow.Set(StreamId.Of(id), index);

    /// <summary>
    /// An Idempotency-Key is one engineer's, so the mark that its id was entered goes with the row in that engineer's partition: two inserts
    /// in one transaction, which would have been spent on the row alone. A chain is read only where the mark stands already.
    /// </summary>
    public async Task<bool> EnterAsync(RequestId id, RequestIndex index, CancellationToken cancellation)
    {
        var partition = IndexKeys.Of(index.Engineer);
        if (await table.SubmitAsync(
            [
                new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(partition, IndexKeys.Repeatable(id))),
                new TableTransactionAction(TableTransactionActionType.Add, Row(partition, id, index)),
            ], cancellation) is null)
            return false;
        _withEngineerRow.Set(StreamId.Of(id), index);
        return true;
    }

    public Task WriteAsync(RequestId id, RequestIndex index, CancellationToken cancellation)
    {
        List<string> partitions = [IndexKeys.Of(index.Cluster), IndexKeys.Month(index.RequestedAt)];
        if (_withEngineerRow.Find(StreamId.Of(id)) != index)
            partitions.Add(IndexKeys.Of(index.Engineer));
        if (_withTicketRow.Find(StreamId.Of(id)) != index)
            partitions.Add(IndexKeys.Of(index.Ticket));
        return Task.WhenAll(partitions.Select(partition => table.InsertAsync(Row(partition, id, index), cancellation)));
    }

    public async Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation)
    {
        var (found, listed) = (new List<RequestCursor>(), new HashSet<RequestId>());
        await foreach (var chunk in CandidatesAsync(query, cancellation))
        {
            var heads = await Task.WhenAll(chunk.Select(candidate => chains.HeadAsync(StreamId.Of(candidate.Id), cancellation)));
            found.AddRange(chunk.Where((candidate, i) => heads[i] is { } head && (query.States.Count == 0 || query.States.Contains(head.State)) && listed.Add(candidate.Id)));
            if (found.Count > query.Limit)
                break;
        }
        var page = found.Take(query.Limit).ToList();
        return new Page([.. page.Select(request => request.Id)], found.Count > query.Limit ? page[^1].ToString() : null);
    }

    private async IAsyncEnumerable<IReadOnlyList<RequestCursor>> CandidatesAsync(
        RequestQuery query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var cursor = RequestCursor.Parse(query.Cursor);
        foreach (var range in IndexKeys.Ranges(query, cursor))
            await foreach (var page in table.PagesAsync(And(range, Conditions(query)), Math.Min(query.Limit + 1, 1000), cancellation))
                // A row that names no request is not ours, and must not hide the others from their ticket's close.
                foreach (var chunk in page.Select(row => IndexKeys.Read(row.RowKey)).OfType<RequestCursor>().Chunk(HeadsAtOnce))
                    yield return chunk;
    }

    private static TableEntity Row(string partition, RequestId id, RequestIndex index) => new(partition, IndexKeys.Row(index.RequestedAt, id))
    {
        ["Ticket"] = index.Ticket.Text,
        ["Cluster"] = index.Cluster.Text,
        ["Engineer"] = PersonKey.Of(index.Engineer),
    };

    private static IEnumerable<string> Conditions(RequestQuery query)
    {
        if (query.Ticket is { } ticket)
            yield return TableClient.CreateQueryFilter($"Ticket eq {ticket.Text}");
        if (query.Cluster is { } cluster)
            yield return TableClient.CreateQueryFilter($"Cluster eq {cluster.Text}");
        if (query.Engineer is { } engineer)
            yield return TableClient.CreateQueryFilter($"Engineer eq {PersonKey.Of(engineer)}");
        if (query.After is { } after)
            yield return TableClient.CreateQueryFilter($"RowKey lt {IndexKeys.After(after)}");
        if (query.Before is { } before)
            yield return TableClient.CreateQueryFilter($"RowKey ge {IndexKeys.After(before)}");
    }

    private static string And(string range, IEnumerable<string> conditions) => string.Join(" and ", conditions.Prepend(range).Select(part => $"({part})"));
}
