using System.Security.Claims;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using Microsoft.AspNetCore.Http;

namespace AksArcJit.Web.Authentication;

/// <summary>Who calls, as their token says.</summary>
/// <param name="Name">For reading only.</param>
/// <param name="Subjects">How a cluster may know them, by claim: <c>oid</c>, <c>upn</c>.</param>
/// <param name="Claims">Everything that the token says, by claim.</param>
public sealed record Caller(Person Person, string Name, IReadOnlyDictionary<string, string> Subjects, IReadOnlySet<string> Roles,
    ILookup<string, string> Claims)
{
    private const string Issuer = "iss";
    private const string ObjectId = "oid";
    private const string PrincipalName = "upn";

    public bool Is(string role) => Roles.Contains(role);

    /// <summary>Null where the token does not name a person.</summary>
    public static Caller? Of(ClaimsPrincipal principal)
    {
        if (principal.FindFirstValue(Issuer) is not { Length: > 0 } issuer || principal.FindFirstValue(ObjectId) is not { Length: > 0 } oid
            || !Person.TryParse($"{oid}@{issuer}", out var person))
            return null;
        var upn = principal.FindFirstValue(PrincipalName) ?? principal.FindFirstValue("preferred_username");
        var subjects = new Dictionary<string, string>(StringComparer.Ordinal) { [ObjectId] = oid };
        if (upn is { Length: > 0 })
            subjects[PrincipalName] = upn;
        return new Caller(person, principal.FindFirstValue("name") ?? upn ?? oid, subjects,
            principal.FindAll("roles").Select(role => role.Value).ToHashSet(StringComparer.Ordinal),
            principal.Claims.ToLookup(claim => claim.Type, claim => claim.Value, StringComparer.Ordinal));
    }

    /// <param name="groupsClaim">Empty for none.</param>
    public Membership MembershipBy(string groupsClaim)
    {
        var groups = groupsClaim.Length == 0 ? [] : Claims[groupsClaim].Distinct(StringComparer.Ordinal).ToList();
        var isWhole = groups.Count <= Membership.MostGroups && groups.All(group => group.Length is > 0 and <= Membership.LongestGroup)
            && (groupsClaim.Length == 0 || !IsLeftOut(groupsClaim));
        return new Membership([.. groups.Take(Membership.MostGroups)], isWhole, Person.ObjectId);
    }

    // Too many for a token: it then says where they are to be asked for (OpenID Connect Core 1.0 section 5.6.2, distributed claims), or,
    // in the implicit flow, only that there are some (Microsoft identity platform: groups overage claim).
    private bool IsLeftOut(string groupsClaim) =>
        Claims["_claim_names"].Any(names => names.Contains($"\"{groupsClaim}\"", StringComparison.Ordinal))
        || (groupsClaim == "groups" && Claims["hasgroups"].Any(has => has.Equals("true", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Where notices to them may go, by that claim: one plain address, else null. For delivery only.</summary>
    /// <param name="claim">Empty where none is to be kept.</param>
    public string? MailBy(string claim) => claim.Length > 0 && Claims[claim].FirstOrDefault() is { } said && IsAddress(said) ? said : null;

    // RFC 5321 section 4.5.3.1.3. Not more than a look: the channel parses it before it stands anywhere.
    private static bool IsAddress(string said) => said.Length <= 254 && said.Count(c => c == '@') == 1 && said[0] != '@' && said[^1] != '@'
        && said.All(c => !char.IsControl(c) && !char.IsWhiteSpace(c) && !"<>()[]\\,;:\"".Contains(c, StringComparison.Ordinal));

    /// <summary>For endpoints behind authorization, where there is always one.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context.User));
}
