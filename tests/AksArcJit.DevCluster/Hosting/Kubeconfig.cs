using System.Text;
using System.Text.Json;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Hosting;

/// <summary>A kubeconfig with one context per user. Values are JSON strings, which YAML reads.</summary>
internal static class Kubeconfig
{
    public static string Write(string url, string authorityPem, IReadOnlyList<DevClusterUser> users)
    {
        var text = new StringBuilder($$"""
            apiVersion: v1
            kind: Config
            current-context: admin
            clusters:
            - name: devcluster
              cluster:
                server: {{Quoted(url)}}
                certificate-authority-data: {{Convert.ToBase64String(Encoding.ASCII.GetBytes(authorityPem))}}
            contexts:

            """);
        foreach (var user in users)
            text.Append($"- name: {Named(user)}\n  context: {{cluster: devcluster, user: {Named(user)}, namespace: default}}\n");
        text.Append("users:\n");
        foreach (var user in users)
            text.Append($"- name: {Named(user)}\n  user: {{token: {Quoted(user.Token)}}}\n");
        return text.ToString();
    }

    private static string Named(DevClusterUser user) => Quoted(user.Context ?? user.Name);

    private static string Quoted(string value) => JsonSerializer.Serialize(value, Json.Options);
}
