namespace AksArcJit.Lifecycle.Roles;

/// <summary>One way in which a permission is more than it looks.</summary>
/// <param name="Sentence">What it means, for the approver.</param>
/// <param name="IsOpenedBy">Asked with a rule of one verb, one API group and one resource, or of one verb and one URL.</param>
internal sealed record EscalationPath(string Sentence, Predicate<PolicyRule> IsOpenedBy)
{
    /// <summary>Any verb that does more than look, on any of the resources (<c>group/resource[/subresource]</c>, the core group's name empty).</summary>
    public static EscalationPath Changing(string sentence, params string[] resources) =>
        new(sentence, rule => rule.IsChanging && ReachesAny(rule, resources));

    /// <summary>Any verb at all.</summary>
    public static EscalationPath Touching(string sentence, params string[] resources) => new(sentence, rule => ReachesAny(rule, resources));

    /// <summary>One of the verbs.</summary>
    public static EscalationPath Doing(string sentence, string[] verbs, params string[] resources) =>
        new(sentence, rule => rule.HasVerb(verbs) && ReachesAny(rule, resources));

    /// <summary>Any verb that does more than look, on whatever the group holds, known today or not.</summary>
    /// <param name="kinds">Resources by which a rule on every API group means this one too.</param>
    public static EscalationPath ChangingGroup(string sentence, string group, params string[] kinds) =>
        new(sentence, rule => rule.IsChanging && (rule.ApiGroups.Contains(group) || kinds.Any(kind => rule.Reaches(group, kind))));

    private static bool ReachesAny(PolicyRule rule, string[] resources) => resources.Any(path =>
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return rule.Reaches(path[..slash], path[(slash + 1)..]);
    });
}
