using System.Buffers.Text;
using System.Text;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Contracts;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Web.Authentication;

namespace AksArcJit.Web.Requests;

/// <summary>What is asked for. Null means any; no state means every one.</summary>
internal sealed record RequestFilter(
    TicketId? Ticket, ClusterId? Cluster, Person? Engineer, IReadOnlyList<AccessRequestState> States, DateTimeOffset? After, DateTimeOffset? Before, int Limit)
{
    public const int UsualLimit = 50;
    public const int MostLimit = 200;
}

/// <summary>
/// Lists only what the caller may see, by asking the indexes only for that: everything, or their own requests, then those of one
/// cluster after the other that they approve for. A cursor tells which of these views the page before ended in, and where.
/// </summary>
internal sealed class RequestList(IJournal journal, RequestEngine engine, ClusterBook book)
{
    private const int ReadsAtOnce = 16;

    private sealed record View(Person? Engineer, ClusterId? Cluster);

    /// <returns>Null where the cursor is none of ours.</returns>
    public async Task<AccessRequestPage?> ReadAsync(RequestFilter filter, string? cursor, Caller caller, CancellationToken cancellation)
    {
        if (Place(cursor) is not var (index, inner))
            return null;
        var views = Views(filter, caller);
        var found = new List<RequestId>();
        string? next = null;
        for (; index < views.Count && next is null; (index, inner) = (index + 1, null))
        {
            if (found.Count == filter.Limit)
            {
                next = Cursor(index, null);
                break;
            }
            Page page;
            try
            {
                page = await journal.FindAsync(new RequestQuery(filter.Ticket, views[index].Cluster, views[index].Engineer,
                    [.. filter.States.Select(state => state.ToString())], filter.After, filter.Before, inner, filter.Limit - found.Count), cancellation);
            }
            catch (FormatException) when (inner is not null)
            {
                return null;
            }
            found.AddRange(page.Requests);
            next = page.Cursor is null ? null : Cursor(index, page.Cursor);
        }
        return await ShowAsync(found, next, cancellation);
    }

    private List<View> Views(RequestFilter filter, Caller caller)
    {
        if (Sight.SeesAll(caller))
            return [new View(filter.Engineer, filter.Cluster)];
        var views = new List<View>();
        if (filter.Engineer is null || filter.Engineer == caller.Person)
            views.Add(new View(caller.Person, filter.Cluster));
        views.AddRange(book.All
            .Where(entry => Sight.ApprovesFor(caller, entry.Id, book) && (filter.Cluster is null || filter.Cluster == entry.Id))
            .OrderBy(entry => entry.Id.Text, StringComparer.Ordinal)
            .Select(entry => new View(filter.Engineer, entry.Id)));
        return views;
    }

    private async Task<AccessRequestPage> ShowAsync(List<RequestId> found, string? next, CancellationToken cancellation)
    {
        var items = new List<AccessRequestSummary>();
        var quarantined = new List<string>();
        // An approver's own requests come in two views.
        foreach (var some in found.Distinct().Chunk(ReadsAtOnce))
            foreach (var (id, history) in await Task.WhenAll(some.Select(id => ReadAsync(id, cancellation))))
                if (history is null)
                    quarantined.Add(id.Text);
                else if (history.State is RequestState.Asked asked)
                    items.Add(RequestViews.Summary(history, asked));
        return new AccessRequestPage { Items = items, Quarantined = quarantined.Count > 0 ? quarantined : null, Cursor = next };
    }

    private async Task<(RequestId Id, RequestHistory? History)> ReadAsync(RequestId id, CancellationToken cancellation)
    {
        try
        {
            return (id, await engine.ReadAsync(id, cancellation));
        }
        catch (QuarantineException)
        {
            // The others go on.
            return (id, null);
        }
    }

    private static string Cursor(int index, string? inner) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{index}:{inner}"));

    private static (int Index, string? Inner)? Place(string? cursor)
    {
        if (cursor is null)
            return (0, null);
        if (cursor.Length > 512 || !Base64Url.IsValid(cursor))
            return null;
        var text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.TryParse(text.AsSpan(0, colon), System.Globalization.NumberStyles.None, null, out var index)
            ? (index, colon < text.Length - 1 ? text[(colon + 1)..] : null)
            : null;
    }
}
