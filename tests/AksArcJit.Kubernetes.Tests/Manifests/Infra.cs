using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Tests.Manifests;

/// <summary>What infra/kubernetes holds, as files and as kustomize builds it.</summary>
internal static class Infra
{
    public static string Folder { get; } = Path.Combine(Root(), "infra", "kubernetes");

    public static string Script { get; } = Path.Combine(Folder, "base", "remove-expired.sh");

    /// <param name="kustomization"><c>base</c> or <c>example</c>.</param>
    public static async Task<IReadOnlyList<object>> BuildAsync(string kustomization)
    {
        var built = await Command.RunAsync("kubectl", ["kustomize", Path.Combine(Folder, kustomization)]);
        Assert.True(built.ExitCode == 0, built.Errors);
        return Parse(built.Output);
    }

    public static async Task<T> FindAsync<T>(string name, string kustomization = "base") where T : IKubernetesObject<V1ObjectMeta> =>
        (await BuildAsync(kustomization)).OfType<T>().Single(one => one.Metadata.Name == name);

    /// <summary>Strictly: a field that Kubernetes does not know fails.</summary>
    public static IReadOnlyList<object> Parse(string yaml) => KubernetesYaml.LoadAllFromString(yaml, strict: true);

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "AksArcJit.sln")))
            directory = directory.Parent;
        return directory.FullName;
    }
}
