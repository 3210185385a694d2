using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>What the facts have said so far, kept by the examiner: a second memory that a faulty state cannot falsify.</summary>
public sealed record Ledger
{
    public static readonly Ledger Empty = new();

    public AccessRequest? Request { get; init; }

    public IReadOnlyList<Consent> Consents { get; init; } = [];

    public int Attempts { get; init; }

    public DateTimeOffset FirstIntentAt { get; init; }

    public DateTimeOffset LastIntentAt { get; init; }

    public BindingName? Binding { get; init; }

    public string? Uid { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What the removal, once begun, is to close with.</summary>
    public Outcome? Ending { get; init; }

    public bool IsClosed { get; init; }

    public bool IsRemoving => Ending is not null && !IsClosed;

    public Ledger Record(RequestFact fact, DateTimeOffset at) => fact switch
    {
        RequestFact.AccessRequested asked => this with { Request = asked.Request },
        RequestFact.ConsentGiven given => this with { Consents = [.. Consents, new Consent(given.Approver, given.Terms, at)] },
        RequestFact.GrantIntended intended => this with
        {
            Attempts = Attempts + 1,
            FirstIntentAt = Attempts == 0 ? at : FirstIntentAt,
            LastIntentAt = at,
            Binding = intended.Binding,
        },
        RequestFact.BindingObserved seen => this with { Uid = seen.Uid },
        RequestFact.Granted granted => this with { Uid = granted.Uid, ExpiresAt = granted.ExpiresAt },
        RequestFact.RevocationStarted started => this with { Ending = started.Outcome },
        RequestFact.StrayBindingFound stray => this with { Uid = stray.Uid, IsClosed = false },
        RequestFact.AccessGone or RequestFact.GoneByWord or RequestFact.ConsentRefused or RequestFact.ConsentLapsed
            or RequestFact.RequestWithdrawn or RequestFact.RequestCancelled or RequestFact.GrantAbandoned => this with { IsClosed = true },
        _ => this,
    };
}
