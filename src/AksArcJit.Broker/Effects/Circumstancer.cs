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
public sealed class Circumstancer(IJournal journal, IClusters clusters, ClusterBook book)
{
    /// <param name="continues">The request that is continued, if any.</param>
    public async Task<Circumstances> GatherAsync(TicketId ticket, Terms terms, RequestId? continues, CancellationToken cancellation)
    {
        var ticketReading = ReadTicketAsync(ticket, cancellation);
        var roleReading = ReadRoleAsync(terms.Cluster, cancellation);
        var pauses = ReadPausesAsync(cancellation);
        var continued = continues is null ? null : ReadContinuedAsync(continues, cancellation);
        var policy = book.Find(terms.Cluster)?.Policy;
        return new Circumstances(
            await ticketReading, policy, await roleReading,
            policy is null ? null : (await pauses)?.Cover(terms.Cluster, policy.Customer), null,
            continued is null ? null : await continued);
    }

    /// <summary>The re-read between intent and create: the ticket, and what stands in the way apart from it.</summary>
    public async Task<(Reading<Ticket> Ticket, string? Hindrance)> GatherForCreateAsync(AccessRequest request, CancellationToken cancellation)
    {
        var ticket = ReadTicketAsync(request.Ticket, cancellation);
        var pauses = await ReadPausesAsync(cancellation);
        var hindrance = (await ticket, pauses) switch
        {
            (Reading<Ticket>.Unreadable unreadable, _) => $"the ticket could not be read: {unreadable.Reason}",
            (Reading<Ticket>.Missing, _) => "the ticket could not be found",
            (_, null) => "the pause switch could not be read",
            (_, { } known) when known.Cover(request.Terms.Cluster, request.Customer) => "grants are paused",
            _ => null,
        };
        return (await ticket, hindrance);
    }

    public async Task<Reading<Ticket>> ReadTicketAsync(TicketId id, CancellationToken cancellation)
    {
        try
        {
            var history = TicketHistory.Of(id, await journal.ReadAsync(StreamId.Of(id), cancellation));
            return history.Ticket is null ? new Reading<Ticket>.Missing() : new Reading<Ticket>.Found(history.Ticket);
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

    private async Task<Lifecycle.Operations.Pauses?> ReadPausesAsync(CancellationToken cancellation)
    {
        try
        {
            return SystemHistory.Of(await journal.ReadAsync(StreamId.System, cancellation)).Pauses;
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
