using System.Security.Cryptography;
using System.Text;
using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Broker.Requests;

/// <summary>What an engineer asks for.</summary>
/// <param name="EngineerMail">Where notices to them go; null for none.</param>
/// <param name="Subjects">The engineer's name by claim (<c>oid</c>, <c>upn</c>), as their token says.</param>
public sealed record Asking(
    Person Engineer, string EngineerName, IReadOnlyDictionary<string, string> Subjects, TicketId Ticket, ClusterId Cluster, Scope Scope,
    TimeSpan Duration, string Justification, DateTimeOffset? StartAt, RequestId? Continues, string? IdempotencyKey,
    Membership? Membership = null, string? EngineerMail = null);

/// <summary>Requests from asking to ending, on the word of people. Who may say what is settled by the caller's roles, at the edge.</summary>
public sealed class RequestDesk(
    IJournal journal, RequestEngine engine, Circumstancer circumstances, ClusterBook book, ConsentSecrets secrets, Sealing ids, TimeProvider time)
{
    // A claim without a chain passes on after 60 s; sending an append, with the store's own tries, takes less than half of that.
    private static readonly TimeSpan AppendAfterClaim = TimeSpan.FromSeconds(30);

    /// <exception cref="JournalUnavailableException">Unknown whether it was recorded; asking again with the same Idempotency-Key is safe.</exception>
    public async Task<Submission> AskAsync(Asking asking, CancellationToken cancellation)
    {
        var id = asking.IdempotencyKey is { } key ? secrets.IdFor(asking.Engineer, key) : ids.NewId();
        var proposal = Propose(id, asking, time.GetUtcNow());
        var gathered = await circumstances.GatherAsync(proposal, proposal.Terms, asking.Continues, cancellation);
        if (gathered.Role is Reading<RoleRules>.Found role)
            proposal = proposal with { Terms = proposal.Terms with { RulesHash = role.Value.Hash } };

        var unasked = new RequestHistory(id, [], new RequestState.Unasked());
        if (Decider.Decide(unasked.State, new Signal.Ask(proposal, gathered), time.GetUtcNow()) is Decision.Refused refused)
            // What was asked before stands, whatever the rules say by now.
            return (asking.IdempotencyKey is null ? null : await FindAskedAsync(id, asking, cancellation)) ?? new Submission.Refused(refused.Refusal, unasked);

        // Entry and claim come last, so that a request which the rules refuse leaves nothing behind.
        var index = RequestIndex.Of(proposal);
        if (asking.IdempotencyKey is not null && !await journal.EnterAsync(id, index, cancellation) && await FindAskedAsync(id, asking, cancellation) is { } asked)
            return asked;
        var before = time.GetUtcNow() + AppendAfterClaim;
        var twin = await journal.ClaimPendingAsync(PendingKey(proposal), id, index, cancellation);

        var submission = await engine.SubmitAsync(unasked, new Signal.Ask(proposal, gathered with { PendingTwin = twin }), before, cancellation);
        if (submission is Submission.Recorded recorded)
            await engine.CarryOutAsync(recorded.History);
        return submission switch
        {
            Submission.Refused { Refusal.Reason: RefusalReason.PendingTwin } twinned => twinned with { Twin = twin },
            // The same key twice at once: the other append won, with the same words.
            Submission.Refused { Refusal.Reason: RefusalReason.RequestExists, History: { State: RequestState.Asked won } history }
                when asking.IdempotencyKey is not null && IsSame(won.Request, asking) => new Submission.Recorded(history, null),
            _ => submission,
        };
    }

    /// <summary>Submits a person's word and carries it out before it returns.</summary>
    /// <exception cref="JournalUnavailableException">Unknown whether it was recorded; saying it again is safe.</exception>
    public async Task<Submission> SayAsync(RequestId id, Signal signal, CancellationToken cancellation)
    {
        return await engine.SubmitAsync(id, signal, cancellation) switch
        {
            Submission.Recorded recorded => new Submission.Recorded(await engine.CarryOutAsync(recorded.History), recorded.RetryAt),
            Submission.Unrecorded unrecorded => await engine.CarryOutAsync(unrecorded),
            var refused => refused,
        };
    }

    /// <summary>What this Idempotency-Key asked for before; null where nothing.</summary>
    private async Task<Submission?> FindAskedAsync(RequestId id, Asking asking, CancellationToken cancellation) =>
        await engine.ReadAsync(id, cancellation) is not { State: RequestState.Asked known } before ? null
        : IsSame(known.Request, asking) ? new Submission.Recorded(before, null)
        : new Submission.Refused(new Refusal(RefusalReason.RequestExists, "This Idempotency-Key was used for another request; use a new one."), before);

    private AccessRequest Propose(RequestId id, Asking asking, DateTimeOffset now)
    {
        var entry = book.Find(asking.Cluster);
        var subject = entry is not null && asking.Subjects.TryGetValue(entry.SubjectClaim, out var name) ? name : asking.Engineer.ObjectId;
        var terms = new Terms(id, asking.Engineer, subject, asking.Cluster, entry?.Policy.Role ?? "", asking.Scope, asking.StartAt, asking.Duration, "");
        return new AccessRequest(
            asking.Ticket, entry?.Policy.Customer ?? "", terms, asking.EngineerName, asking.Justification, now,
            now + (entry?.Policy.ConsentLifetime ?? TimeSpan.Zero), entry?.Policy.Quorum ?? 1,
            [.. (entry?.Approvers ?? []).Where(one => one.Person != asking.Engineer)
                .Select(one => new AskedApprover(one.Person, one.Name, 1, ConsentSecrets.Hash(secrets.Secret(id, one.Person, 1))))],
            asking.Continues, entry?.Policy.GuardInstalled ?? false, asking.Membership, asking.EngineerMail);
    }

    private static bool IsSame(AccessRequest known, Asking asking) =>
        (known.Ticket, known.Terms.Cluster, known.Terms.Scope, known.Terms.Duration, known.Justification, known.Terms.StartAt, known.Continues)
        == (asking.Ticket, asking.Cluster, asking.Scope, asking.Duration, asking.Justification, asking.StartAt, asking.Continues);

    private static string PendingKey(AccessRequest request)
    {
        string[] fields = [request.Terms.Engineer.Issuer, request.Terms.Engineer.ObjectId, request.Ticket.Text, request.Terms.Cluster.Text, request.Terms.Scope.Text];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(fields.Select(field => $"{field.Length}:{field};")))));
    }
}
