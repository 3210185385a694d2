using System.Text.Json;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Lifecycle.Tests.Roles;

/// <summary>
/// Roles that people know: those that Kubernetes 1.36 makes at its first start (aggregated ones united), the four of Azure Arc as the rules
/// that their dataActions amount to (read: get, list, watch; write: create, update, patch; <c>pods/*</c> and <c>serviceaccounts/*</c> hold
/// the actions exec and impersonate, and whoever may write a service account is let create its token: kubeguard/guard asks Azure for the
/// resource's action whatever the subresource, pods/exec excepted), and what an aks-service looks like.
/// </summary>
internal static class WellKnownRoles
{
    private static readonly Dictionary<string, List<Dictionary<string, string>>> All = Load();

    public static RoleRules Of(string name) => new([.. All[name].Select(rule => new PolicyRule(
        Words(rule, "verbs"), [.. Words(rule, "groups").Select(group => group == "core" ? "" : group)], Words(rule, "resources"), [], Words(rule, "urls")))]);

    private static string[] Words(Dictionary<string, string> rule, string key) =>
        rule.TryGetValue(key, out var words) ? words.Split(' ') : [];

    private static Dictionary<string, List<Dictionary<string, string>>> Load()
    {
        using var stream = typeof(WellKnownRoles).Assembly.GetManifestResourceStream("well-known-roles.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, List<Dictionary<string, string>>>>(stream)!;
    }
}
