using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>Rows <c>pending!&lt;hash&gt;</c>: which request holds the one place for its engineer, ticket, cluster and scope.</summary>
internal sealed class PendingClaims(Table table, Chains chains, TimeProvider time)
{
    private const string RowKey = "claim";

    public async Task<RequestId?> ClaimAsync(string key, RequestId id, CancellationToken cancellation)
    {
        var partition = $"pending!{key}";
        while (true)
        {
            var now = time.GetUtcNow();
            var ours = new TableEntity(partition, RowKey) { ["Request"] = id.Text, ["ClaimedAt"] = now.UtcTicks };
            if (await table.InsertAsync(ours, cancellation) is not null)
                return null;
            if (await table.FindAsync(partition, RowKey, cancellation) is not { } standing)
                continue;
            var holder = RequestId.Parse(standing.GetString("Request"));
            var claimedAt = new DateTimeOffset(standing.GetInt64("ClaimedAt") ?? 0, TimeSpan.Zero);
            if (holder != id && await IsHeldAsync(holder, claimedAt, now, cancellation))
                return holder;
            if (await table.ReplaceAsync(ours, standing.ETag, cancellation) is not null)
                return null;
        }
    }

    private async Task<bool> IsHeldAsync(RequestId holder, DateTimeOffset claimedAt, DateTimeOffset now, CancellationToken cancellation) =>
        (await chains.HeadAsync(StreamId.Of(holder), cancellation))?.IsPending ?? now < claimedAt + Claims.Lifetime;
}
