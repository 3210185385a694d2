using System.Globalization;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>
/// Keys of the request indexes. Table Storage sorts by partition and row key, ascending, so both months and times are inverted: the
/// newest comes first. <c>!</c> stands between the parts; no id contains it, and <c>"</c> is the character after it.
/// </summary>
internal static class IndexKeys
{
    /// <summary>Claims stand in a ticket's partition behind its requests, whose keys are digits.</summary>
    public const string FirstClaim = "pending!";

    // Behind the requests as well, in an engineer's partition.
    private const string FirstRepeatable = "repeatable!";

    private const int TicksDigits = 19;
    private const string FirstMonth = "month!";
    private const string AfterMonths = "month\"";

    public static string Of(TicketId ticket) => $"ticket!{ticket.Text}";

    public static string Of(ClusterId cluster) => $"cluster!{cluster.Text}";

    public static string Of(Person engineer) => $"engineer!{PersonKey.Of(engineer)}";

    public static string Month(DateTimeOffset time) => $"{FirstMonth}{9999 - time.UtcDateTime.Year:D4}-{12 - time.UtcDateTime.Month:D2}";

    public static string Row(DateTimeOffset requestedAt, RequestId id) => $"{Inverted(requestedAt)}!{id.Text}";

    /// <summary>That a request was entered whose id comes again when its Idempotency-Key does.</summary>
    public static string Repeatable(RequestId id) => $"{FirstRepeatable}{id.Text}";

    /// <summary>The first key behind those of requests made at <paramref name="time"/>: what follows was made before.</summary>
    public static string After(DateTimeOffset time) => $"{Inverted(time)}\"";

    /// <summary>Null where the key is none that <see cref="Row"/> gives.</summary>
    public static RequestCursor? Read(string rowKey) =>
        rowKey.Length == TicksDigits + 1 + RequestId.Length
        && long.TryParse(rowKey.AsSpan(0, TicksDigits), NumberStyles.None, CultureInfo.InvariantCulture, out var inverted) && inverted <= DateTimeOffset.MaxValue.UtcTicks
        && RequestId.TryParse(rowKey[(TicksDigits + 1)..], out var id)
            ? new RequestCursor(new DateTimeOffset(DateTimeOffset.MaxValue.UtcTicks - inverted, TimeSpan.Zero), id)
            : null;

    /// <summary>Filters over the keys that, one after the other, hold every candidate once, newest first. Each is a single range.</summary>
    public static IEnumerable<string> Ranges(RequestQuery query, RequestCursor? cursor)
    {
        var partition = query.Ticket is { } ticket ? Of(ticket) : query.Engineer is { } engineer ? Of(engineer) : query.Cluster is { } cluster ? Of(cluster) : null;
        if (partition is not null)
            yield return Partition(partition, cursor);
        else if (cursor is null)
            yield return Months(query.Before is { } before ? TableClient.CreateQueryFilter($"PartitionKey ge {Month(before)}") : TableClient.CreateQueryFilter($"PartitionKey ge {FirstMonth}"), query.After);
        else
        {
            yield return Partition(Month(cursor.RequestedAt), cursor);
            yield return Months(TableClient.CreateQueryFilter($"PartitionKey gt {Month(cursor.RequestedAt)}"), query.After);
        }
    }

    private static string Partition(string partition, RequestCursor? cursor) => cursor is null
        ? TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey lt {FirstClaim}")
        : TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey lt {FirstClaim} and RowKey gt {Row(cursor.RequestedAt, cursor.Id)}");

    private static string Months(string from, DateTimeOffset? after) => after is { } oldest
        ? $"{from} and {TableClient.CreateQueryFilter($"PartitionKey le {Month(oldest)}")}"
        : $"{from} and {TableClient.CreateQueryFilter($"PartitionKey lt {AfterMonths}")}";

    private static string Inverted(DateTimeOffset time) => (DateTimeOffset.MaxValue.UtcTicks - time.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);
}
