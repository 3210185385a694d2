using Azure;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>
/// One table, created on first use. Every call here is one storage transaction; conflicts are answers, outages are
/// <see cref="Broker.Ports.JournalUnavailableException"/>, anything else is a bug and stays what it is.
/// </summary>
internal sealed class Table(TableServiceClient service, string name)
{
    private readonly TableClient _client = service.GetTableClient(name);
    private readonly Lock _gate = new();
    private Task? _created;

    /// <summary>Null where there is no such row.</summary>
    public async Task<TableEntity?> FindAsync(string partition, string row, CancellationToken cancellation)
    {
        await EnsureAsync(cancellation);
        var answer = await Outage.GuardAsync(() => _client.GetEntityIfExistsAsync<TableEntity>(partition, row, null, cancellation), cancellation);
        return answer.HasValue ? answer.Value : null;
    }

    /// <summary>The new row's ETag; null where the row stands already.</summary>
    public Task<ETag?> InsertAsync(TableEntity row, CancellationToken cancellation) =>
        WriteAsync(() => _client.AddEntityAsync(row, cancellation), cancellation);

    /// <summary>The new ETag; null where the row is gone or no longer the one that <paramref name="expected"/> names.</summary>
    public Task<ETag?> ReplaceAsync(TableEntity row, ETag expected, CancellationToken cancellation) =>
        WriteAsync(() => _client.UpdateEntityAsync(row, expected, TableUpdateMode.Replace, cancellation), cancellation);

    public Task UpsertAsync(TableEntity row, CancellationToken cancellation) =>
        WriteAsync(() => _client.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation), cancellation);

    /// <summary>Deletes the row that <paramref name="expected"/> names, and no other: false where it stands differently, or not at all.</summary>
    public async Task<bool> DeleteAsync(string partition, string row, ETag expected, CancellationToken cancellation) =>
        await WriteAsync(() => _client.DeleteEntityAsync(partition, row, expected, cancellation), cancellation) is not null;

    /// <summary>An entity-group transaction: each row's new ETag; null where one of its conditions did not hold, and nothing was done.</summary>
    public async Task<IReadOnlyList<ETag>?> SubmitAsync(IReadOnlyList<TableTransactionAction> actions, CancellationToken cancellation)
    {
        await EnsureAsync(cancellation);
        try
        {
            var answer = await Outage.GuardAsync(() => _client.SubmitTransactionAsync(actions, cancellation), cancellation);
            return [.. answer.Value.Select(part => part.Headers.ETag ?? default)];
        }
        catch (RequestFailedException fault) when (Outage.IsConflict(fault))
        {
            return null;
        }
    }

    /// <summary>Rows by partition and row key, a transaction each page.</summary>
    /// <param name="filter">Made by <see cref="TableClient.CreateQueryFilter(FormattableString)"/>; null reads the whole table.</param>
    public async IAsyncEnumerable<IReadOnlyList<TableEntity>> PagesAsync(
        string? filter, int size, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await EnsureAsync(cancellation);
        await using var pages = _client.QueryAsync<TableEntity>(filter, size, null, cancellation).AsPages().GetAsyncEnumerator(cancellation);
        while (await Outage.GuardAsync(() => pages.MoveNextAsync().AsTask(), cancellation))
            yield return pages.Current.Values;
    }

    private async Task<ETag?> WriteAsync(Func<Task<Response>> write, CancellationToken cancellation)
    {
        await EnsureAsync(cancellation);
        try
        {
            var answer = await Outage.GuardAsync(write, cancellation);
            return answer.Status == 404 ? null : answer.Headers.ETag ?? default(ETag);
        }
        catch (RequestFailedException fault) when (Outage.IsConflict(fault))
        {
            return null;
        }
    }

    private Task EnsureAsync(CancellationToken cancellation)
    {
        lock (_gate)
            // A creation that failed is tried again by the next caller. Nobody's cancellation ends it for the others.
            if (_created is null or { IsFaulted: true } or { IsCanceled: true })
                _created = Outage.GuardAsync(() => service.CreateTableIfNotExistsAsync(name, CancellationToken.None), CancellationToken.None);
        return _created.IsCompletedSuccessfully ? Task.CompletedTask : _created.WaitAsync(cancellation);
    }
}
