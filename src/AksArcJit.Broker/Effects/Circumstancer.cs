using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Operations;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Broker.Tickets;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Broker.Effects;

/// <summary>Gathers what the rules read. What cannot be read is told as unreadable; the rules deny on it.</summary>
public sealed class Circumstancer(IJournal journal, IClusters clusters, ClusterBook book, JournalStanding standing)
{
    /// <param name="request">As asked, or about to be.</param>
    /// <param name="continues">The request that is continued, if any.</param>
    public async Task<Circumstances> GatherAsync(AccessRequest request, Terms terms, RequestId? continues, CancellationToken cancellation)
    {
        var ticketReading = ReadTicketAsync(request, cancellation);
        var roleReading = ReadRoleAsync(terms.Cluster, cancellation);
        var system = ReadSystemAsync(cancellation);
        var named = terms.Scope is Scope.Namespace one ? ReadNamespaceAsync(terms.Cluster, one.Name, cancellation) : null;
        var continued = continues is null ? null : ReadContinuedAsync(continues, cancellation);
        var policy = book.Find(terms.Cluster)?.Policy;
        return new Circumstances(
            await ticketReading, policy, await roleReading,
            policy is null ? null : (await system)?.Pauses.Cover(terms.Cluster, policy.Customer), null,
            continued is null ? null : await continued, named is null ? null : await named, standing.Hindrance);
    }

    /// <summary>The re-read between intent and create: what has come about since, and must not be bound over.</summary>
    public async Task<BeforeCreate> GatherForCreateAsync(RequestState.Granting granting, CancellationToken cancellation)
    {
        var request = granting.Request;
        var ticket = ReadTicketAsync(request, cancellation);
        var system = await ReadSystemAsync(cancellation);
        var hindrance = (await ticket, system) switch
        {
            (Reading<Ticket>.Unreadable unreadable, _) => $"the ticket could not be read: {unreadable.Reason}",
            (Reading<Ticket>.Missing, _) => "the ticket could not be found",
            _ when standing.Hindrance is { } doubt => $"the journal is not to be relied on: {doubt}",
            (_, null) => "the pause switch could not be read",
            (_, { Pauses: var pauses }) when pauses.Cover(request.Terms.Cluster, request.Customer) => "grants are paused",
            _ => null,
        };
        return new BeforeCreate(await ticket, system?.EndOf(granting), hindrance);
    }

    public Task<Reading<Ticket>> ReadTicketAsync(TicketId id, CancellationToken cancellation) => ReadTicketAsync(id, history => history.Ticket, cancellation);

    /// <summary>As it is for the request: see <see cref="TicketHistory.For"/>.</summary>
    public Task<Reading<Ticket>> ReadTicketAsync(AccessRequest request, CancellationToken cancellation) =>
        ReadTicketAsync(request.Ticket, history => history.For(request.RequestedAt), cancellation);

    private async Task<Reading<Ticket>> ReadTicketAsync(TicketId id, Func<TicketHistory, Ticket?> read, CancellationToken cancellation)
    {
        try
        {
            return read(TicketHistory.Of(id, await journal.ReadAsync(StreamId.Of(id), cancellation))) is { } ticket
                ? new Reading<Ticket>.Found(ticket)
                : new Reading<Ticket>.Missing();
        }
        catch (Exception unreadable) when (unreadable is JournalUnavailableException or QuarantineException)
        {
            return new Reading<Ticket>.Unreadable(unreadable.Message);
        }
    }

    public async Task<Reading<RoleRules>> ReadRoleAsync(ClusterId id, CancellationToken cancellation) =>
        clusters.Find(id) is { } cluster && book.Find(id) is { } entry
            ? await cluster.ReadRoleAsync(entry.Policy.Role, cancellation)
            : new Reading<RoleRules>.Unreadable($"cluster {id} is not among the options");

    private async Task<Reading<LiveNamespace>> ReadNamespaceAsync(ClusterId id, string name, CancellationToken cancellation) =>
        clusters.Find(id) is { } cluster
            ? await cluster.ReadNamespaceAsync(name, cancellation)
            : new Reading<LiveNamespace>.Unreadable($"cluster {id} is not among the options");

    /// <summary>Null where it cannot be read.</summary>
    public async Task<SystemHistory?> ReadSystemAsync(CancellationToken cancellation)
    {
        try
        {
            return SystemHistory.Of(await journal.ReadAsync(StreamId.System, cancellation));
        }
        catch (Exception unreadable) when (unreadable is JournalUnavailableException or QuarantineException)
        {
            return null;
        }
    }

    private async Task<Reading<RequestState.Asked>> ReadContinuedAsync(RequestId id, CancellationToken cancellation)
    {
        try
        {
            return RequestHistory.Of(id, await journal.ReadAsync(StreamId.Of(id), cancellation)).State is RequestState.Asked asked
                ? new Reading<RequestState.Asked>.Found(asked)
                : new Reading<RequestState.Asked>.Missing();
        }
        catch (Exception unreadable) when (unreadable is JournalUnavailableException or QuarantineException)
        {
            return new Reading<RequestState.Asked>.Unreadable(unreadable.Message);
        }
    }
}

/// <param name="End">What an order to end everything, given after the request was asked, makes of it; null where none covers it.</param>
/// <param name="Hindrance">What else stands in the way, for now; null where nothing does.</param>
public sealed record BeforeCreate(Reading<Ticket> Ticket, Signal? End, string? Hindrance);
