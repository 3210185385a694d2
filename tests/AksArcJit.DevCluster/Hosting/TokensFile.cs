using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Hosting;

/// <summary>The tokens of the contexts admin and broker, made at the first start and kept with the state.</summary>
internal sealed record TokensFile(string Admin, string Broker)
{
    public static TokensFile LoadOrCreate(string directory, DevClusterOptions options)
    {
        var path = Path.Combine(directory, "tokens.json");
        var kept = File.Exists(path) ? Json.ParseObject(File.ReadAllBytes(path)) : [];
        var tokens = new TokensFile(
            options.AdminToken ?? Kept("admin") ?? Fresh(),
            options.BrokerToken ?? Kept("broker") ?? Fresh());
        PrivateFile.Write(path, Json.Bytes(new JsonObject { ["admin"] = tokens.Admin, ["broker"] = tokens.Broker }));
        return tokens;

        string? Kept(string name) => kept.Text(name) is { Length: > 0 } token ? token : null;
    }

    private static string Fresh() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
}
