namespace AksArcJit.Lifecycle;

/// <summary>Where a grant holds: the whole cluster (ClusterRoleBinding) or one namespace (RoleBinding).</summary>
public abstract record Scope
{
    private Scope() { }

    /// <summary>A canonical text, part of the terms' hash.</summary>
    public abstract string Text { get; }

    /// <summary>True if everything that <paramref name="other"/> reaches is within this scope.</summary>
    public abstract bool Covers(Scope other);

    public sealed override string ToString() => Text;

    public sealed record Cluster : Scope
    {
        public override string Text => "cluster";

        public override bool Covers(Scope other) => true;
    }

    /// <param name="Name">An RFC 1123 label (<see cref="DnsLabel"/>).</param>
    public sealed record Namespace(string Name) : Scope
    {
        public override string Text => $"namespace/{Name}";

        public override bool Covers(Scope other) => other is Namespace same && same.Name == Name;
    }
}
