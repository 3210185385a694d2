using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;
using AksArcJit.Lifecycle.Tickets;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Consents;

/// <summary>What an approver sees behind their link.</summary>
/// <param name="Terms">As they stand, with the role as it is now: what a decision is about.</param>
/// <param name="Role">The live role; unreadable or missing where it cannot be shown, and then nothing can be approved.</param>
/// <param name="OtherBindings">Bindings to the same role that this request does not control.</param>
/// <param name="HasDecided">Whether this approver's secret has decided already.</param>
/// <param name="Ticket">As it is for the request: its title is for the reader, its status for the rules.</param>
public sealed record ConsentView(
    RequestHistory History, RequestState.Asked State, AskedApprover Approver, ClusterEntry? Cluster, Terms Terms,
    Reading<RoleRules> Role, Reading<IReadOnlyList<StandingBinding>> OtherBindings, bool HasDecided, Reading<Ticket> Ticket);

/// <summary>What an approver may decide. <paramref name="Confirmation"/> is what they typed.</summary>
public sealed record ConsentAnswer(ConsentVerb Verb, string TermsHash, string Confirmation, TimeSpan? Duration, Scope? Scope, string Comment);

public enum ConsentVerb
{
    Approve,
    Refuse,
    /// <summary>End access that is in force, or take the request off the table.</summary>
    End,
}

public abstract record ConsentResult
{
    private ConsentResult() { }

    public sealed record Decided(RequestHistory History) : ConsentResult;

    /// <summary>The access was ended, though its chain cannot hold it.</summary>
    /// <param name="IsGone">The cluster has confirmed it.</param>
    public sealed record EndedUnrecorded(bool IsGone) : ConsentResult;

    public sealed record Refused(Refusal Refusal) : ConsentResult;

    /// <summary>No request or approver has this link, or its time is over: told alike.</summary>
    public sealed record Unknown : ConsentResult;

    /// <summary>The typed confirmation is not the cluster's display name.</summary>
    public sealed record NotConfirmed(string Expected) : ConsentResult;
}

/// <summary>Consent: gather, decide, act. Reading changes nothing, however often and by whomever it is done.</summary>
public sealed class ConsentDesk(
    RequestEngine engine, Circumstancer circumstances, Sealing sealing, IClusters clusters, ClusterBook book, TimeProvider time, ILogger<ConsentDesk> log)
{
    // After this the link shows nothing any more (design section 7).
    private static readonly TimeSpan ShownAfterClosed = TimeSpan.FromDays(7);

    /// <summary>Null where no request or approver has this link, or its time is over.</summary>
    /// <exception cref="QuarantineException">The chain is not to be trusted, and shows no access that could be ended.</exception>
    public async Task<ConsentView?> ReadAsync(ConsentLink link, CancellationToken cancellation)
    {
        if (await FindAsync(link, cancellation) is not var (history, state, approver))
            return null;
        if (history.Quarantine is { } quarantine && state is not (RequestState.Granting or RequestState.Active or RequestState.Revoking or RequestState.RevocationUnconfirmed))
            throw quarantine;
        var terms = state.Terms;
        var entry = book.Find(terms.Cluster);
        var role = circumstances.ReadRoleAsync(terms.Cluster, cancellation);
        var others = OtherBindingsAsync(terms, cancellation);
        var ticket = circumstances.ReadTicketAsync(state.Request, cancellation);
        var shown = state is RequestState.AwaitingConsent waiting ? ConsentRules.Standing(waiting, await role) ?? terms : terms;
        return new ConsentView(history, state, approver, entry, shown, await role, await others, HasDecided(state, approver.Person), await ticket);
    }

    /// <exception cref="JournalUnavailableException">Whether the decision was recorded is unknown; the page shows it when the journal is back.</exception>
    public async Task<ConsentResult> DecideAsync(ConsentLink link, ConsentAnswer answer, CancellationToken cancellation)
    {
        if (await FindAsync(link, cancellation) is not var (history, state, approver))
            return new ConsentResult.Unknown();
        var expected = book.Find(state.Terms.Cluster)?.DisplayName ?? state.Terms.Cluster.Text;
        if (answer.Verb != ConsentVerb.Refuse && answer.Confirmation.Trim() != expected)
            return new ConsentResult.NotConfirmed(expected);

        var secretHash = ConsentSecrets.Hash(link.Secret);
        Signal signal = answer.Verb switch
        {
            ConsentVerb.Approve => new Signal.Approve(approver.Person, secretHash, answer.TermsHash, answer.Duration, answer.Scope, answer.Comment,
                await GatherAsync(history, state, answer.Scope ?? state.Terms.Scope, cancellation)),
            ConsentVerb.Refuse => new Signal.Refuse(approver.Person, secretHash, answer.Comment),
            ConsentVerb.End => new Signal.Revoke(RevokedBy.Customer, approver.Person, answer.Comment.Length > 0 ? answer.Comment : "Ended by the approver."),
            _ => throw new ArgumentOutOfRangeException(nameof(answer)),
        };
        switch (await engine.SubmitAsync(history, signal, cancellation))
        {
            case Submission.Refused refused:
                return new ConsentResult.Refused(refused.Refusal);
            case Submission.Recorded recorded:
                return new ConsentResult.Decided(await engine.CarryOutAsync(recorded.History));
            case Submission.Unrecorded unrecorded:
                return new ConsentResult.EndedUnrecorded((await engine.CarryOutAsync(unrecorded)).IsGone);
            default:
                throw new InvalidOperationException("A submission is recorded, refused, or an end.");
        }
    }

    private async Task<Circumstances> GatherAsync(RequestHistory history, RequestState.Asked state, Scope scope, CancellationToken cancellation)
    {
        var forgery = sealing.ForgeryIn(history.Facts.Select(fact => fact.Record));
        if (forgery is not null)
            log.FactNotOurs(history.Id, forgery);
        return await circumstances.GatherAsync(state.Request, state.Terms with { Scope = scope }, null, cancellation) with { Forgery = forgery };
    }

    private async Task<(RequestHistory History, RequestState.Asked State, AskedApprover Approver)?> FindAsync(ConsentLink link, CancellationToken cancellation)
    {
        var history = await engine.ReadToEndAsync(link.Request, cancellation);
        var hash = ConsentSecrets.Hash(link.Secret);
        if (history.State is not RequestState.Asked asked
            || asked.Request.Approvers.FirstOrDefault(one => one.SecretHash == hash) is not { } approver
            || (asked is RequestState.Closed && time.GetUtcNow() > history.StandsSince + ShownAfterClosed))
            return null;
        return (history, asked, approver);
    }

    private async Task<Reading<IReadOnlyList<StandingBinding>>> OtherBindingsAsync(Terms terms, CancellationToken cancellation)
    {
        if (clusters.Find(terms.Cluster) is not { } cluster)
            return new Reading<IReadOnlyList<StandingBinding>>.Unreadable($"cluster {terms.Cluster} is not among the options");
        return await cluster.ListBindingsAsync(terms.Role, cancellation) is Reading<IReadOnlyList<StandingBinding>>.Found found
            ? new Reading<IReadOnlyList<StandingBinding>>.Found([.. found.Value.Where(one =>
                one.Request != terms.Request && one.RoleRef == $"ClusterRole/{terms.Role}")])
            : new Reading<IReadOnlyList<StandingBinding>>.Unreadable("the cluster did not list its bindings");
    }

    private static bool HasDecided(RequestState.Asked state, Person approver) =>
        state is not RequestState.AwaitingConsent waiting || waiting.Consents.Any(consent => consent.Approver == approver);
}
