using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Options;
using AksArcJit.Contracts;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Web.Authentication;
using AksArcJit.Web.Input;
using AksArcJit.Web.OpenApi;
using AksArcJit.Web.Refusals;
using AksArcJit.Web.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace AksArcJit.Web.Clusters;

/// <summary>The clusters of the options, and what their role really allows.</summary>
internal static class ClusterEndpoints
{
    public static void MapClusters(this IEndpointRouteBuilder api)
    {
        var clusters = api.MapGroup("/clusters").WithTags("Clusters").For(RoleNames.Engineer, RoleNames.Approver, RoleNames.Operator, RoleNames.Auditor);
        clusters.MapGet("", List).Says("listClusters", "List the clusters and what may be asked of them", 401, 403);
        clusters.MapGet("/{id}/role", GetRoleAsync).Says("getClusterRole", "Read the role's live rules, in plain words and with the guard's findings", 400, 401, 403, 404, 422, 503);
    }

    private static Ok<ClusterList> List(Caller caller, ClusterBook book) => TypedResults.Ok(new ClusterList
    {
        Items = [.. book.All.Where(entry => Sight.SeesCluster(caller, entry.Id, book)).OrderBy(entry => entry.Id.Text, StringComparer.Ordinal).Select(View)],
    });

    private static async Task<Results<Ok<RoleView>, ProblemResult>> GetRoleAsync(
        string id, Caller caller, ClusterBook book, Circumstancer circumstances, CancellationToken cancellation)
    {
        var fields = new Fields();
        var clusterId = fields.Cluster("id", id);
        if (fields.Problem is { } problem)
            return problem;
        if (book.Find(clusterId) is not { } entry || !Sight.SeesCluster(caller, clusterId, book))
            return Problems.NoSuchCluster("id", StatusCodes.Status404NotFound);
        return await circumstances.ReadRoleAsync(clusterId, cancellation) switch
        {
            Reading<RoleRules>.Found found => TypedResults.Ok(View(entry, found.Value)),
            Reading<RoleRules>.Missing => Problems.Of(new Refusal(RefusalReason.RoleNotFound, $"ClusterRole {entry.Policy.Role} does not exist on cluster {entry.Id}.")),
            _ => Problems.Of(new Refusal(RefusalReason.InputUnavailable, $"Cluster {entry.Id} did not tell its ClusterRole {entry.Policy.Role}.")),
        };
    }

    private static ClusterView View(ClusterEntry entry) => new()
    {
        Id = entry.Id.Text,
        DisplayName = entry.DisplayName,
        Customer = entry.Policy.Customer,
        Role = entry.Policy.Role,
        MaximumDuration = Iso8601.Write(entry.Policy.MaximumDuration),
        ConsentLifetime = Iso8601.Write(entry.Policy.ConsentLifetime),
        Quorum = entry.Policy.Quorum,
        Scopes = [.. (entry.Policy.AllowsClusterScope ? [ScopeKind.Cluster] : Array.Empty<ScopeKind>()).Concat(entry.Policy.Namespaces.Count > 0 ? [ScopeKind.Namespace] : [])],
        Namespaces = entry.Policy.Namespaces,
        AcceptedDangers = [.. entry.Policy.AcceptedDangers.Select(danger => danger.ToString())],
        Approvers = [.. entry.Approvers.Select(approver => approver.Name)],
        GuardInstalled = entry.Policy.GuardInstalled,
        RoleLink = $"/api/v1/clusters/{entry.Id}/role",
    };

    private static RoleView View(ClusterEntry entry, RoleRules role) => new()
    {
        ClusterId = entry.Id.Text,
        Role = entry.Policy.Role,
        RulesHash = role.Hash,
        Grantable = role.Rules.Count > 0 && !RoleGuard.Objections(role, entry.Policy.AcceptedDangers).Any(),
        Verdict = Verdict(RoleGuard.Judge(role)),
        Topics = [.. RoleExplanation.Of(role).GroupBy(ability => ability.Topic).Select(topic => new RoleTopic
        {
            Topic = View(topic.Key),
            Abilities = [.. topic.Select(ability => new RoleAbility
            {
                Sentence = ability.Sentence,
                Findings = [.. ability.Findings.Select(finding => View(finding, entry.Policy.AcceptedDangers))],
            })],
        })],
        Rules = [.. role.Rules.Select(View)],
        Findings = [.. RoleGuard.Inspect(role).Select(finding => View(finding, entry.Policy.AcceptedDangers)).Distinct()],
    };

    private static RoleJudgement Verdict(RoleVerdict verdict) => verdict switch
    {
        RoleVerdict.NeverAllowed => RoleJudgement.NeverAllowed,
        RoleVerdict.OnlyWhereNamed => RoleJudgement.OnlyWhereNamed,
        RoleVerdict.Harmless => RoleJudgement.Harmless,
        _ => throw new InvalidOperationException($"{verdict} is no verdict that is known here."),
    };

    private static AbilityTopic View(Topic topic) => topic switch
    {
        Topic.AccessControl => AbilityTopic.AccessControl,
        Topic.Secrets => AbilityTopic.Secrets,
        Topic.Programs => AbilityTopic.Programs,
        Topic.Infrastructure => AbilityTopic.Infrastructure,
        Topic.Changes => AbilityTopic.Changes,
        Topic.LooksAt => AbilityTopic.LooksAt,
        Topic.Addresses => AbilityTopic.Addresses,
        _ => throw new InvalidOperationException($"{topic} is no topic that is known here."),
    };

    private static RoleRule View(PolicyRule rule) => new()
    {
        Sentence = RoleExplanation.Sentence(rule),
        Verbs = rule.Verbs,
        ApiGroups = rule.ApiGroups,
        Resources = rule.Resources,
        ResourceNames = rule.ResourceNames,
        NonResourceUrls = rule.NonResourceUrls,
    };

    private static RoleFinding View(GuardFinding finding, IReadOnlyCollection<Danger> accepted) => finding is GuardFinding.Dangerous dangerous
        ? new RoleFinding { Sentence = finding.Sentence, Danger = dangerous.Danger.ToString(), Accepted = accepted.Contains(dangerous.Danger) }
        : new RoleFinding { Sentence = finding.Sentence, Accepted = false };
}
