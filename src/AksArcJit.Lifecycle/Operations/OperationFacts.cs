namespace AksArcJit.Lifecycle.Operations;

/// <summary>What happened to the broker as a whole, in the chain <c>system!</c>.</summary>
public abstract record SystemFact : Fact
{
    private SystemFact() { }

    public sealed record GrantsPaused(PauseScope Scope, Person By, string Reason) : SystemFact;

    public sealed record GrantsResumed(PauseScope Scope, Person By, string Reason) : SystemFact;

    /// <summary>The kill switch was pulled: every request asked before is ended. What it ended is in each request's own chain.</summary>
    public sealed record RevocationOrdered(PauseScope Scope, Requests.RevokedBy Whose, Person By, string Reason) : SystemFact;
}

/// <summary>What the sweep found on a cluster that belongs to no request, in the chain <c>cluster!&lt;id&gt;</c>.</summary>
public abstract record ClusterFact : Fact
{
    private ClusterFact() { }

    /// <summary>A binding of this installation without an open grant: removed.</summary>
    public sealed record OrphanRemoved(ClusterId Cluster, Roles.BindingName Binding, string Uid, string Why) : ClusterFact;

    /// <summary>A binding of this installation past its own end: removed, whatever its request says.</summary>
    /// <param name="NotAfter">As the binding said.</param>
    public sealed record OverdueRemoved(ClusterId Cluster, Roles.BindingName Binding, string Uid, DateTimeOffset NotAfter) : ClusterFact;

    /// <summary>The binding of a request that cannot be read, removed at its notAfter.</summary>
    public sealed record QuarantinedBindingRemoved(ClusterId Cluster, Roles.BindingName Binding, string Uid) : ClusterFact;

    /// <summary>A binding that carries the role without our labels: not ours to delete, told to operators.</summary>
    public sealed record UnmanagedCopyFound(ClusterId Cluster, Roles.BindingName Binding, string Uid) : ClusterFact;
}

/// <summary>What an order of an operator covers.</summary>
public abstract record PauseScope
{
    private PauseScope() { }

    public abstract bool Covers(ClusterId cluster, string customer);

    public sealed record Everything : PauseScope
    {
        public override bool Covers(ClusterId cluster, string customer) => true;
    }

    public sealed record OfCustomer(string Customer) : PauseScope
    {
        public override bool Covers(ClusterId cluster, string customer) => customer == Customer;
    }

    public sealed record OfCluster(ClusterId Cluster) : PauseScope
    {
        public override bool Covers(ClusterId cluster, string customer) => cluster == Cluster;
    }
}

/// <summary>The pauses in force: the fold of <c>system!</c>.</summary>
public sealed record Pauses(IReadOnlyList<PauseScope> Scopes)
{
    public static readonly Pauses None = new([]);

    public bool Cover(ClusterId cluster, string customer) => Scopes.Any(scope => scope.Covers(cluster, customer));

    /// <summary>Pausing everything and resuming one cluster leaves everything paused: a resume lifts the pause it names, no other.</summary>
    public static Pauses Apply(Pauses pauses, SystemFact fact) => fact switch
    {
        SystemFact.GrantsPaused paused => new([.. pauses.Scopes.Append(paused.Scope).Distinct()]),
        SystemFact.GrantsResumed resumed => new([.. pauses.Scopes.Where(scope => scope != resumed.Scope)]),
        SystemFact.RevocationOrdered => pauses,
        _ => throw new ArgumentOutOfRangeException(nameof(fact)),
    };
}
