using System.ComponentModel;
using System.Text.Json.Serialization;

namespace AksArcJit.Contracts;

public sealed record ClusterList
{
    public required IReadOnlyList<ClusterView> Items { get; init; }
}

/// <summary>A cluster and what may be asked of it, from the options.</summary>
public sealed record ClusterView
{
    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public required string Customer { get; init; }

    [Description("The ClusterRole that is granted.")]
    public required string Role { get; init; }

    [Description("ISO 8601.")]
    public required string MaximumDuration { get; init; }

    [Description("ISO 8601.")]
    public required string ConsentLifetime { get; init; }

    public required int Quorum { get; init; }

    public required IReadOnlyList<ScopeKind> Scopes { get; init; }

    [Description("Namespaces that may be asked for; * stands for every one.")]
    public required IReadOnlyList<string> Namespaces { get; init; }

    public required IReadOnlyList<string> AcceptedDangers { get; init; }

    [Description("Names of those who consent.")]
    public required IReadOnlyList<string> Approvers { get; init; }

    public required bool GuardInstalled { get; init; }

    [Description("Path of the role's live rules.")]
    public required string RoleLink { get; init; }
}

/// <summary>The role's live rules, in the cluster's words and in plain ones.</summary>
public sealed record RoleView
{
    public required string ClusterId { get; init; }

    public required string Role { get; init; }

    [Description("SHA-256, 64 hexadecimal digits: what consents refer to.")]
    public required string RulesHash { get; init; }

    [Description("True where nothing stands against granting the role on this cluster.")]
    public required bool Grantable { get; init; }

    [Description("NeverAllowed: no option allows the role. OnlyWhereNamed: where the cluster's options name each of its dangers. Harmless: it changes nothing and reaches no Secrets.")]
    public required RoleJudgement Verdict { get; init; }

    [Description("What the role can do, by topic; each permission in exactly one.")]
    public required IReadOnlyList<RoleTopic> Topics { get; init; }

    public required IReadOnlyList<RoleRule> Rules { get; init; }

    public required IReadOnlyList<RoleFinding> Findings { get; init; }
}

/// <summary>What the guard says of a role, whatever a cluster's options are.</summary>
[JsonConverter(typeof(WordsOnly<RoleJudgement>))]
public enum RoleJudgement
{
    NeverAllowed,
    OnlyWhereNamed,
    Harmless,
}

/// <summary>What an administrator asks about a role, and the answers.</summary>
public sealed record RoleTopic
{
    public required AbilityTopic Topic { get; init; }

    public required IReadOnlyList<RoleAbility> Abilities { get; init; }
}

/// <summary>The gravest first.</summary>
[JsonConverter(typeof(WordsOnly<AbilityTopic>))]
public enum AbilityTopic
{
    AccessControl,
    Secrets,
    Programs,
    Infrastructure,
    Changes,
    LooksAt,
    Addresses,
}

public sealed record RoleAbility
{
    public required string Sentence { get; init; }

    [Description("What the guard finds in it.")]
    public required IReadOnlyList<RoleFinding> Findings { get; init; }
}

/// <summary>One rule (rbac.authorization.k8s.io/v1 PolicyRule).</summary>
public sealed record RoleRule
{
    public required string Sentence { get; init; }

    public required IReadOnlyList<string> Verbs { get; init; }

    public required IReadOnlyList<string> ApiGroups { get; init; }

    public required IReadOnlyList<string> Resources { get; init; }

    public required IReadOnlyList<string> ResourceNames { get; init; }

    public required IReadOnlyList<string> NonResourceUrls { get; init; }
}

public sealed record RoleFinding
{
    public required string Sentence { get; init; }

    [Description("The danger's name in the options; absent where no option allows it.")]
    public string? Danger { get; init; }

    [Description("True where the cluster's options name the danger.")]
    public required bool Accepted { get; init; }
}
