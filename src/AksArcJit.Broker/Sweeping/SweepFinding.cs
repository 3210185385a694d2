using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Broker.Sweeping;

/// <summary>Something that a sweep found out of order.</summary>
/// <param name="Request">Whose it is, where it is a request's.</param>
/// <param name="Binding">Null where no binding is concerned.</param>
/// <param name="What">For operators, in one sentence.</param>
public sealed record SweepFinding(FindingKind Kind, ClusterId Cluster, RequestId? Request, BindingName? Binding, string What, Remedy Remedy);

/// <summary>What a sweep tells apart. The names are part of the API.</summary>
public enum FindingKind
{
    /// <summary>A binding of this installation that no open grant explains.</summary>
    Orphaned,
    /// <summary>A binding of this installation past its own notAfter.</summary>
    Overdue,
    /// <summary>Subjects, role or annotations of a grant's binding are not what they were.</summary>
    Altered,
    /// <summary>A grant's binding lost our labels.</summary>
    Relabelled,
    /// <summary>A grant's binding is gone before its end.</summary>
    Deleted,
    /// <summary>Another binding stands under a grant's name.</summary>
    Recreated,
    /// <summary>The same subject and role under another name: not ours to delete.</summary>
    Copied,
    /// <summary>The binding of a request that cannot be read is past its end.</summary>
    Quarantined,
    /// <summary>An open request whose ticket has closed.</summary>
    TicketClosed,
    /// <summary>An open request that an order to end everything had missed.</summary>
    EndOrdered,
    /// <summary>The role's rules are not those that were consented to.</summary>
    RoleChanged,
    /// <summary>The cluster, or a part of the journal, could not be read: nothing is known of it.</summary>
    Unreadable,
}

/// <summary>What is to be done about a finding (invariant 6: in doubt the old is revoked, and what is not ours is left).</summary>
public abstract record Remedy
{
    private Remedy() { }

    /// <summary>Deletes exactly what was seen, then journals it.</summary>
    public sealed record Remove(StandingBinding Seen, ClusterFact Fact) : Remedy;

    /// <summary>The request's own lifecycle decides.</summary>
    public sealed record Submit(RequestId Request, Signal Signal) : Remedy;

    public sealed record Journal(ClusterFact Fact) : Remedy;

    /// <summary>Looked at again with the next sweep.</summary>
    /// <param name="Failure">What kept it from being looked at, where that was thrown.</param>
    public sealed record LookAgain(Exception? Failure) : Remedy;
}

/// <param name="Done">What became of it, or would; a few words.</param>
public sealed record SweptFinding(SweepFinding Finding, string Done);

/// <param name="At">UTC, when the sweep began.</param>
public sealed record SweepReport(DateTimeOffset At, bool IsDryRun, IReadOnlyList<SweptFinding> Findings);
