using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>
/// Rows <c>pending!&lt;hash&gt;</c> in the ticket's partition: which request holds the one place for its engineer, ticket, cluster and
/// scope. Written with the request's own entry in that partition, which saves a transaction.
/// </summary>
internal sealed class PendingClaims(Table table, RequestIndexes requests, Chains chains, TimeProvider time)
{
    public async Task<RequestId?> ClaimAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation)
    {
        var (partition, row) = (IndexKeys.Of(index.Ticket), $"{IndexKeys.FirstClaim}{key}");
        while (true)
        {
            var now = time.GetUtcNow();
            var ours = new TableEntity(partition, row) { ["Request"] = id.Text, ["ClaimedAt"] = now.UtcTicks };
            if (await WriteAsync(new TableTransactionAction(TableTransactionActionType.Add, ours)))
                return null;
            if (await table.FindAsync(partition, row, cancellation) is not { } standing)
                continue;
            if (HolderOf(standing) is { } holder && holder != id && await IsHeldAsync(holder, ClaimedAt(standing), now, cancellation))
                return holder;
            if (await WriteAsync(new TableTransactionAction(TableTransactionActionType.UpdateReplace, ours, standing.ETag)))
                return null;
        }

        async Task<bool> WriteAsync(TableTransactionAction claim)
        {
            if (await table.SubmitAsync([claim, new TableTransactionAction(TableTransactionActionType.UpsertReplace, RequestIndexes.TicketRow(id, index))], cancellation) is null)
                return false;
            requests.HasTicketRow(id, index);
            return true;
        }
    }

    /// <summary>Null where the row names no request: then nobody holds the place.</summary>
    private static RequestId? HolderOf(TableEntity claim) =>
        claim.TryGetValue("Request", out var holder) && RequestId.TryParse(holder as string, out var id) ? id : null;

    private static DateTimeOffset ClaimedAt(TableEntity claim) => Claims.Time(claim.TryGetValue("ClaimedAt", out var value) && value is long ticks ? ticks : 0);

    private async Task<bool> IsHeldAsync(RequestId holder, DateTimeOffset claimedAt, DateTimeOffset now, CancellationToken cancellation) =>
        (await chains.HeadAsync(StreamId.Of(holder), cancellation))?.IsPending ?? now < claimedAt + Claims.Lifetime;
}
