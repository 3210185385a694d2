namespace AksArcJit.Lifecycle.Roles;

/// <summary>One thing the guard found in a role.</summary>
/// <param name="Sentence">What it means, for the approver.</param>
/// <param name="Rule">The rule that carries it, narrowed to the first resource and verb that the finding is about.</param>
public abstract record GuardFinding(string Sentence, PolicyRule Rule)
{
    /// <summary>No option allows it.</summary>
    public sealed record Forbidden(string Sentence, PolicyRule Rule) : GuardFinding(Sentence, Rule);

    /// <summary>Allowed only where the cluster's options name it.</summary>
    public sealed record Dangerous(Danger Danger, string Sentence, PolicyRule Rule) : GuardFinding(Sentence, Rule);
}

/// <summary>What a role is, whatever a cluster's options say.</summary>
public abstract record RoleVerdict
{
    private RoleVerdict() { }

    /// <summary>No option allows it.</summary>
    public sealed record NeverAllowed : RoleVerdict;

    /// <summary>Allowed only where the options name each of <paramref name="Dangers"/>; in the order of the enumeration.</summary>
    public sealed record OnlyWhereNamed(IReadOnlyList<Danger> Dangers) : RoleVerdict;

    /// <summary>It looks at things, Secrets excepted, and changes nothing.</summary>
    public sealed record Harmless : RoleVerdict
    {
        /// <summary>A clause.</summary>
        public const string Words = "this role only looks at things, never at Secrets, and changes nothing";
    }
}
