using AksArcJit.Lifecycle.Roles;
using CsCheck;

namespace AksArcJit.Lifecycle.Tests.Roles;

public sealed class RoleRulesTests
{
    // Words that would run together, or look like syntax, if the canonical text were careless.
    private static readonly string[] Tricky = ["get", "list", "", "a", "b", "ab", "a,b", "]", "1:a", "a\n", " groups=["];

    private static readonly Gen<string[]> Words = Gen.Int[0, Tricky.Length - 1].Select(i => Tricky[i]).Array[0, 3];

    private static readonly Gen<PolicyRule> Rule = Gen.Select(Words, Words, Words, Words, Words)
        .Select((verbs, groups, resources, names, urls) => new PolicyRule(verbs, groups, resources, names, urls));

    private static readonly Gen<PolicyRule[]> Rules = Rule.Array[0, 4];

    [Fact]
    public void Hash_WhenRulesAndWordsAreReordered_ThenTheSame() => Rules.Sample(rules =>
        new RoleRules([.. rules.Reverse().Select(Reversed)]).Hash == new RoleRules(rules).Hash
        && new RoleRules([.. rules, .. rules]).Hash == new RoleRules(rules).Hash);

    [Fact]
    public void Hash_WhenTheMeaningDiffers_ThenDifferent() => Gen.Select(Rules, Rules).Sample((one, other) =>
        Meaning(one).SetEquals(Meaning(other)) == (new RoleRules(one).Hash == new RoleRules(other).Hash));

    [Fact]
    public void Hash_WhenAnyListOfARuleGrows_ThenDifferent() => Gen.Select(Rule, Gen.Int[0, 4]).Sample((rule, list) =>
        new RoleRules([Grown(rule, list)]).Hash != new RoleRules([rule]).Hash);

    [Fact]
    public void Hash_WhenAWordHoldsACommaOrTwoWordsAreApart_ThenDifferent() => Assert.NotEqual(
        new RoleRules([PolicyRule.On(["a,b"], [], [])]).Hash, new RoleRules([PolicyRule.On(["a", "b"], [], [])]).Hash);

    private static PolicyRule Reversed(PolicyRule rule) => new(
        [.. rule.Verbs.Reverse()], [.. rule.ApiGroups.Reverse()], [.. rule.Resources.Reverse()], [.. rule.ResourceNames.Reverse()], [.. rule.NonResourceUrls.Reverse()]);

    private static PolicyRule Grown(PolicyRule rule, int list) => list switch
    {
        0 => rule with { Verbs = [.. rule.Verbs, "new"] },
        1 => rule with { ApiGroups = [.. rule.ApiGroups, "new"] },
        2 => rule with { Resources = [.. rule.Resources, "new"] },
        3 => rule with { ResourceNames = [.. rule.ResourceNames, "new"] },
        _ => rule with { NonResourceUrls = [.. rule.NonResourceUrls, "new"] },
    };

    private static HashSet<string> Meaning(PolicyRule[] rules) => [.. rules.Select(rule => string.Join("|",
        new[] { rule.Verbs, rule.ApiGroups, rule.Resources, rule.ResourceNames, rule.NonResourceUrls }
            .Select(words => string.Join("~", words.Distinct().Order(StringComparer.Ordinal).Select(Uri.EscapeDataString).Select(w => $"<{w}>")))))];
}
