namespace AksArcJit.DevCluster;

/// <summary>Who a bearer token speaks for, as an authenticator would report it.</summary>
/// <param name="Token">The bearer token.</param>
/// <param name="Name">The user name that bindings name (for Entra users the object id or the UPN).</param>
public sealed record DevClusterUser(string Token, string Name)
{
    /// <summary>Groups beside <c>system:authenticated</c>, which every token's user has.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    public string Uid { get; init; } = "";

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The name of the kubeconfig context and user; the user name where null.</summary>
    public string? Context { get; init; }
}
