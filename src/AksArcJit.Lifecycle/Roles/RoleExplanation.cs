namespace AksArcJit.Lifecycle.Roles;

/// <summary>One thing that the role can do, in a sentence, with what the guard finds in it.</summary>
public sealed record Ability(Topic Topic, string Sentence, IReadOnlyList<GuardFinding> Findings);

/// <summary>What a role can do, for the person who decides: by topic, each permission in exactly one of them.</summary>
public static class RoleExplanation
{
    /// <summary>Ordered by topic, then as in the role. Permissions of one kind share a sentence.</summary>
    public static IReadOnlyList<Ability> Of(RoleRules role) =>
    [
        .. role.Rules.SelectMany(rule => rule.Singles()).SelectMany(ByEffect).Select(Permission.Of)
            .GroupBy(permission => permission.Likeness)
            .Select(alike => alike.First().TogetherWith(alike))
            .OrderBy(ability => ability.Topic),
    ];

    /// <summary>One rule in a sentence.</summary>
    public static string Sentence(PolicyRule rule)
    {
        var limited = rule.ResourceNames.Count > 0 ? $" named {Wording.Join(rule.ResourceNames)}" : "";
        var things = rule.NonResourceUrls.Count > 0 ? [$"the addresses {Wording.Join(rule.NonResourceUrls)}"]
            : rule.ApiGroups.SelectMany(group => rule.Resources.Select(resource => Wording.Thing(group, resource)));
        return $"May {Wording.Verbs(rule.Verbs)} {Wording.Join(things)}{limited}.";
    }

    /// <summary>Looking and changing apart, so that what is only looked at is not listed among what is changed.</summary>
    private static IEnumerable<PolicyRule> ByEffect(PolicyRule single) => single.Verbs.GroupBy(PolicyRule.IsReading)
        .Select(verbs => single with { Verbs = [.. verbs.Distinct()] });

    private sealed record Permission(PolicyRule Rule, IReadOnlyList<GuardFinding> Findings)
    {
        public static Permission Of(PolicyRule rule) => new(rule, RoleGuard.Inspect(rule));

        /// <summary>Equal for permissions that one sentence can say.</summary>
        public string Likeness => string.Join('\n',
            [Topic.ToString(), Wording.Verbs(Rule.Verbs), .. Rule.ResourceNames, "", .. Findings.Select(finding => finding.Sentence)]);

        public Ability TogetherWith(IEnumerable<Permission> alike)
        {
            var things = alike.Select(one => one.Rule.NonResourceUrls is [var url] ? url : Wording.Thing(one.Rule.ApiGroups[0], one.Rule.Resources[0])).Distinct();
            var limited = Rule.ResourceNames.Count > 0 ? $" named {Wording.Join(Rule.ResourceNames)}" : "";
            return new Ability(Topic, $"May {Wording.Verbs(Rule.Verbs)} {Wording.Join(things)}{limited}.", Findings);
        }

        // The gravest decides. Without any, what changes nothing but is no reading either is a question to the access control.
        private Topic Topic => Rule.NonResourceUrls.Count > 0 ? Topic.Addresses
            : Findings.Count > 0 ? Findings.Min(Of)
            : Rule.IsChanging ? Topic.AccessControl : Topic.LooksAt;

        private static Topic Of(GuardFinding finding) => finding is GuardFinding.Dangerous dangerous ? Of(dangerous.Danger) : Topic.AccessControl;

        private static Topic Of(Danger danger) => danger switch
        {
            Danger.Secrets => Topic.Secrets,
            Danger.Exec or Danger.Workloads => Topic.Programs,
            Danger.NodesProxy or Danger.Infrastructure => Topic.Infrastructure,
            Danger.Disruption or Danger.Configuration or Danger.Extensions => Topic.Changes,
            Danger.Wildcards => Topic.LooksAt,
            _ => throw new ArgumentOutOfRangeException(nameof(danger), danger, null),
        };
    }
}
