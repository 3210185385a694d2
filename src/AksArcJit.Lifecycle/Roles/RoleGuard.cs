namespace AksArcJit.Lifecycle.Roles;

/// <summary>
/// Reads a role's rules as an attacker would (design section 6). A rule that is limited to names is judged as if it were not: who may change
/// one Secret or one role binding by name needs no other.
/// </summary>
public static class RoleGuard
{
    /// <summary>Everything that is found, in the role's order.</summary>
    public static IReadOnlyList<GuardFinding> Inspect(RoleRules role) => [.. role.Rules.SelectMany(Inspect)];

    /// <summary>The same in plain sentences, for who is to consent; each once.</summary>
    public static IReadOnlyList<string> Sentences(RoleRules role) => [.. Inspect(role).Select(finding => finding.Sentence).Distinct()];

    /// <summary>The same of one rule, what is never allowed first.</summary>
    public static IReadOnlyList<GuardFinding> Inspect(PolicyRule rule) =>
    [
        .. rule.Singles().SelectMany(single => single.Verbs.Select(verb => single with { Verbs = [verb] })).SelectMany(InspectOne).DistinctBy(finding => finding.Sentence).OrderBy(finding => finding is GuardFinding.Dangerous),
    ];

    public static RoleVerdict Judge(RoleRules role)
    {
        var findings = Inspect(role);
        return findings.Any(finding => finding is GuardFinding.Forbidden) ? new RoleVerdict.NeverAllowed()
            : findings.Count > 0 ? new RoleVerdict.OnlyWhereNamed([.. findings.OfType<GuardFinding.Dangerous>().Select(found => found.Danger).Distinct().Order()])
            : new RoleVerdict.Harmless();
    }

    /// <summary>What stands against granting the role on a cluster that accepts <paramref name="accepted"/>; empty if nothing does.</summary>
    public static IEnumerable<GuardFinding> Objections(RoleRules role, IReadOnlyCollection<Danger> accepted) =>
        Inspect(role).Where(finding => finding is not GuardFinding.Dangerous danger || !accepted.Contains(danger.Danger));

    // Verb by verb, so that a known danger in one hides no unknown one in the next.
    private static List<GuardFinding> InspectOne(PolicyRule rule)
    {
        List<GuardFinding> found =
        [
            .. ForbiddenPaths.All.Where(path => path.IsOpenedBy(rule)).Select(path => new GuardFinding.Forbidden(path.Sentence, rule)),
            .. DangerousPaths.Known.Where(known => known.Path.IsOpenedBy(rule)).Select(known => new GuardFinding.Dangerous(known.Danger, known.Path.Sentence, rule)),
        ];
        // A wildcard says how far, not what: it explains no change.
        if (found.All(finding => finding is GuardFinding.Dangerous { Danger: Danger.Wildcards }) && DangerousPaths.Unknown(rule) is { } unknown)
            found.Add(new GuardFinding.Dangerous(unknown.Danger, unknown.Sentence, rule));
        return found;
    }
}
