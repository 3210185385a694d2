namespace AksArcJit.DevCluster.Tokens;

/// <summary>The authenticated (or impersonated, or reviewed) user of a request.</summary>
internal sealed record Identity(
    string Name, string Uid, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, IReadOnlyList<string>> Extra)
{
    public const string Masters = "system:masters";
    public const string Authenticated = "system:authenticated";
    public const string Unauthenticated = "system:unauthenticated";
    public const string ServiceAccountPrefix = "system:serviceaccount:";

    private static readonly Dictionary<string, IReadOnlyList<string>> NoExtra = [];

    public static Identity Anonymous { get; } = Of("system:anonymous", Unauthenticated);

    public static Identity Of(string name, params string[] groups) => new(name, "", groups, NoExtra);

    public static Identity Of(DevClusterUser user) =>
        new(user.Name, user.Uid, [.. user.Groups.Where(group => group != Authenticated), Authenticated], user.Extra);
}
