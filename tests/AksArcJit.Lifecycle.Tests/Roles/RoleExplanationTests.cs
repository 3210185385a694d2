using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Lifecycle.Tests.Roles;

public sealed class RoleExplanationTests
{
    private static readonly string[] Read = ["get", "list", "watch"];

    [Fact]
    public void Of_WhenARoleDoesManyThings_ThenEachStandsUnderWhatItIsAbout() => Assert.Equal(
        [
            "AccessControl: May create tokens of service accounts.",
            "Secrets: May read Secrets (passwords, keys, tokens) named one.",
            "Programs: May create command sessions inside pods.",
            "Programs: May change deployments/scale.",
            "Infrastructure: May change nodes.",
            "Changes: May delete pods.",
            "Changes: May create widgets (example.com).",
            "LooksAt: May read pods, logs of pods, nodes and deployments.",
            "Addresses: May read /healthz and /version.",
        ],
        RoleExplanation.Of(new RoleRules(
        [
            PolicyRule.On([.. Read, "delete"], [""], ["pods"]),
            PolicyRule.On(Read, [""], ["pods/log", "nodes"]),
            PolicyRule.On(Read, ["apps"], ["deployments"]),
            PolicyRule.On(["get"], [""], ["secrets"], ["one"]),
            PolicyRule.On(["create"], [""], ["pods/exec"]),
            PolicyRule.On(["patch"], ["apps"], ["deployments/scale"]),
            PolicyRule.On(["patch"], [""], ["nodes"]),
            PolicyRule.On(["create"], [""], ["serviceaccounts/token"]),
            PolicyRule.On(["create"], ["example.com"], ["widgets"]),
            new(["get"], [], [], [], ["/healthz", "/version"]),
        ])).Select(ability => $"{ability.Topic}: {ability.Sentence}"));

    [Theory]
    [InlineData("view")]
    [InlineData("edit")]
    [InlineData("admin")]
    [InlineData("cluster-admin")]
    [InlineData("system:node")]
    [InlineData("Azure Arc Kubernetes Writer")]
    [InlineData("aks-service, mending")]
    public void Of_WhateverTheRole_ThenEveryFindingStandsBesideAnAbility(string name)
    {
        var role = WellKnownRoles.Of(name);
        var abilities = RoleExplanation.Of(role);

        Assert.Equal(
            RoleGuard.Inspect(role).Select(finding => finding.Sentence).Distinct().Order(StringComparer.Ordinal),
            abilities.SelectMany(ability => ability.Findings).Select(finding => finding.Sentence).Distinct().Order(StringComparer.Ordinal));
        Assert.All(abilities, ability => Assert.True(ability.Topic is not Topic.LooksAt || ability.Findings.All(found => found is GuardFinding.Dangerous { Danger: Danger.Wildcards })));
    }

    [Fact]
    public void Of_WhenNothingIsAllowed_ThenNothingIsSaid() => Assert.Empty(RoleExplanation.Of(new RoleRules([PolicyRule.On([], [""], ["pods"])])));
}
