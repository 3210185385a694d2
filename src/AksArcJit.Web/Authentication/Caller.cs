using System.Security.Claims;
using AksArcJit.Lifecycle;
using Microsoft.AspNetCore.Http;

namespace AksArcJit.Web.Authentication;

/// <summary>Who calls, as their token says.</summary>
/// <param name="Name">For reading only.</param>
/// <param name="Subjects">How a cluster may know them, by claim: <c>oid</c>, <c>upn</c>.</param>
public sealed record Caller(Person Person, string Name, IReadOnlyDictionary<string, string> Subjects, IReadOnlySet<string> Roles)
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
            principal.FindAll("roles").Select(role => role.Value).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>For endpoints behind authorization, where there is always one.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context.User));
}
