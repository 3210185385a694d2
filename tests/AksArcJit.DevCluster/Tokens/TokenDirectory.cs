using System.Collections.Concurrent;
using AksArcJit.DevCluster.Errors;

namespace AksArcJit.DevCluster.Tokens;

/// <summary>Bearer tokens and their users. No token is the anonymous user, an unknown one is 401, as with the real server.</summary>
internal sealed class TokenDirectory
{
    private readonly ConcurrentDictionary<string, DevClusterUser> _users = new(StringComparer.Ordinal);

    public IEnumerable<DevClusterUser> Users => _users.Values;

    /// <summary>Adds a user, or replaces the one of the same token.</summary>
    public void Add(DevClusterUser user) => _users[user.Token] = user;

    /// <returns>False when there was no such token.</returns>
    public bool Remove(string token) => _users.TryRemove(token, out _);

    public Identity Authenticate(string? authorization)
    {
        if (string.IsNullOrEmpty(authorization))
            return Identity.Anonymous;
        return authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            && _users.TryGetValue(authorization["Bearer ".Length..].Trim(), out var user)
            ? Identity.Of(user)
            : throw Refusals.Unauthorized();
    }
}
