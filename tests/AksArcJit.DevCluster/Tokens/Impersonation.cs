using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Rbac;

namespace AksArcJit.DevCluster.Tokens;

/// <summary>Impersonate-* headers: each part needs the verb <c>impersonate</c> on its own resource (apiserver filters/impersonation.go).</summary>
internal static class Impersonation
{
    private const string AuthenticationGroup = "authentication.k8s.io";
    private const string ExtraPrefix = "Impersonate-Extra-";

    public static Identity Resolve(Identity caller, IHeaderDictionary headers, Authorizer authorizer)
    {
        var name = headers["Impersonate-User"].ToString();
        var groups = headers["Impersonate-Group"].OfType<string>().ToArray();
        var uid = headers["Impersonate-Uid"].ToString();
        var extra = headers
            .Where(header => header.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(
                header => Uri.UnescapeDataString(header.Key[ExtraPrefix.Length..]).ToLowerInvariant(),
                header => (IReadOnlyList<string>)[.. header.Value.OfType<string>()],
                StringComparer.Ordinal);
        if (name.Length == 0)
        {
            return groups.Length == 0 && uid.Length == 0 && extra.Count == 0
                ? caller
                : throw new StatusException(500, "InternalError",
                    "Internal error occurred: requested impersonation without a user: an impersonated user is required");
        }

        var account = name.StartsWith(Identity.ServiceAccountPrefix, StringComparison.Ordinal)
            ? name[Identity.ServiceAccountPrefix.Length..].Split(':')
            : [];
        if (account is [var accountNamespace, var accountName])
            Require("", "serviceaccounts", "", accountName, accountNamespace);
        else
            Require("", "users", "", name);
        foreach (var group in groups)
            Require("", "groups", "", group);
        if (uid.Length > 0)
            Require(AuthenticationGroup, "uids", "", uid);
        foreach (var (key, values) in extra)
            foreach (var value in values)
                Require(AuthenticationGroup, "userextras", key, value);

        IReadOnlyList<string> held = account is [var itsNamespace, _] && groups.Length == 0
            ? ["system:serviceaccounts", $"system:serviceaccounts:{itsNamespace}"]
            : groups;
        var implied = name == Identity.Anonymous.Name ? Identity.Unauthenticated : Identity.Authenticated;
        return new(name, uid, held.Contains(implied) ? held : [.. held, implied], extra);

        void Require(string group, string resource, string subresource, string target, string inNamespace = "")
        {
            var access = AccessRequest.OnResource(caller, "impersonate", group, resource, subresource, target, inNamespace);
            var decision = authorizer.Authorize(access);
            if (!decision.Allowed)
                throw access.Refused(decision);
        }
    }
}
