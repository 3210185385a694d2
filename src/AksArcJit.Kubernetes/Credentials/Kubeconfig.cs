using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.KubeConfigModels;

namespace AksArcJit.Kubernetes.Credentials;

/// <summary>A kubeconfig as it stands on disk, with what KubernetesClient leaves out of it: <c>tokenFile</c> and <c>as-user-extra</c>.</summary>
/// <param name="TokenFile">Null where there is none.</param>
/// <param name="Plugin">What is asked for credentials; null where they stand in files.</param>
/// <param name="Hash">Of the bytes that it was read from: the file may have become another by the time that it is used.</param>
internal sealed record Kubeconfig(
    K8SConfiguration File, string Context, UserCredentials? User, string? TokenFile, IReadOnlyDictionary<string, IReadOnlyList<string>> UserExtra,
    ExternalExecution? Plugin, byte[] Hash)
{
    private static readonly byte[] NoFile = [0];

    /// <summary>What a pod is given (Kubernetes: Accessing the API from a pod), as a kubeconfig would say it.</summary>
    /// <exception cref="InvalidOperationException">This is no pod.</exception>
    public static Kubeconfig InCluster(string directory)
    {
        if (Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host
            || Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port)
            throw new InvalidOperationException("this process does not run in a pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set)");
        var address = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        var user = new UserCredentials();
        const string name = "in-cluster";
        return new Kubeconfig(
            new K8SConfiguration
            {
                CurrentContext = name,
                Clusters = [new Cluster { Name = name, ClusterEndpoint = new ClusterEndpoint { Server = $"https://{address}:{port}", CertificateAuthority = Path.Combine(directory, "ca.crt") } }],
                Users = [new User { Name = name, UserCredentials = user }],
                Contexts = [new Context { Name = name, ContextDetails = new ContextDetails { Cluster = name, User = name } }],
            },
            name, user, Path.Combine(directory, "token"), new Dictionary<string, IReadOnlyList<string>>(), null, NoFile);
    }

    /// <exception cref="Exception">It cannot be read; KubernetesClient and its parser have no common exception.</exception>
    public static Kubeconfig Read(string path, string? wantedContext)
    {
        var bytes = System.IO.File.ReadAllBytes(path);
        using var reader = new StreamReader(new MemoryStream(bytes));
        var raw = KubernetesYaml.Deserialize<Dictionary<object, object>>(reader.ReadToEnd()) ?? [];
        var extras = RawUsers(raw).ToDictionary(user => user.Name, user => TakeExtra(user.Body), StringComparer.OrdinalIgnoreCase);
        // Its model of as-user-extra is a map of words, where kubectl's is one of lists: it could not be read with it.
        var file = KubernetesClientConfiguration.LoadKubeConfig(new MemoryStream(
            extras.Values.Any(extra => extra.Count > 0) ? Encoding.UTF8.GetBytes(KubernetesYaml.Serialize(raw)) : bytes));
        file.FileName = path;
        var context = string.IsNullOrEmpty(wantedContext) ? file.CurrentContext : wantedContext;
        var userName = file.Contexts?.FirstOrDefault(one => IsNamed(one.Name, context))?.ContextDetails?.User;
        var user = file.Users?.FirstOrDefault(one => IsNamed(one.Name, userName))?.UserCredentials;
        var body = RawUsers(raw).FirstOrDefault(one => IsNamed(one.Name, userName)).Body;
        var tokenFile = body?.GetValueOrDefault("tokenFile") as string;
        return new Kubeconfig(
            file, context ?? "", user, string.IsNullOrEmpty(tokenFile) ? null : Beside(path, tokenFile),
            extras.GetValueOrDefault(userName ?? "") ?? new Dictionary<string, IReadOnlyList<string>>(), user?.ExternalExecution, SHA256.HashData(bytes));
    }

    /// <summary>Of what was read, with the files that it names as they stand: before they are read in.</summary>
    public string Fingerprint(string path) => Fingerprint(path, Hash);

    /// <summary>Another than <see cref="Fingerprint(string)"/> was when the file, or one that it names, has changed since.</summary>
    public string FingerprintNow(string path) => Fingerprint(path, HashOf(path));

    private string Fingerprint(string path, byte[] own)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(own);
        var named = new[] { TokenFile, User?.ClientCertificate, User?.ClientKey }
            .Concat((File.Clusters ?? []).Select(cluster => cluster.ClusterEndpoint?.CertificateAuthority))
            .OfType<string>().Where(one => one.Length > 0).Select(one => Beside(path, one));
        foreach (var file in named)
            hash.AppendData(HashOf(file));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static byte[] HashOf(string file) => System.IO.File.Exists(file) ? SHA256.HashData(System.IO.File.ReadAllBytes(file)) : NoFile;

    private static Dictionary<string, IReadOnlyList<string>> TakeExtra(Dictionary<object, object>? body)
    {
        var found = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (body is null || !body.Remove("as-user-extra", out var extra) || extra is not Dictionary<object, object> map)
            return found;
        foreach (var (key, value) in map)
            found[$"{key}"] = value is IEnumerable<object> several ? [.. several.Select(one => $"{one}")] : [$"{value}"];
        return found;
    }

    private static IEnumerable<(string Name, Dictionary<object, object>? Body)> RawUsers(Dictionary<object, object> raw) =>
        (raw.GetValueOrDefault("users") as IEnumerable<object> ?? []).OfType<Dictionary<object, object>>()
            .Select(user => ($"{user.GetValueOrDefault("name")}", user.GetValueOrDefault("user") as Dictionary<object, object>));

    private static string Beside(string path, string file) => Path.IsPathRooted(file) ? file : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, file);

    // As KubernetesClient finds them: whoever it authenticates as must be the one whose impersonation is honoured.
    private static bool IsNamed(string? name, string? wanted) => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase);
}
