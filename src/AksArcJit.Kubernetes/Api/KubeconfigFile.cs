using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using k8s;

namespace AksArcJit.Kubernetes.Api;

/// <summary>Makes a client of a kubeconfig file and one of its contexts.</summary>
internal static class KubeconfigFile
{
    // A connection that went silent is replaced within 5 s; without pings, request after request would wait on it for its timeout. A
    // shorter wait for the answer would tear connections that a busy machine merely serves late.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(4);

    public static bool TryOpen(
        ClusterConnection connection, [NotNullWhen(true)] out k8s.Kubernetes? client, [NotNullWhen(false)] out string? fault)
    {
        (client, fault) = (null, null);
        try
        {
            client = Open(connection);
        }
        // KubernetesClient has no common exception for what it cannot use, and throws plain ones too.
        catch (Exception e)
        {
            fault = $"the kubeconfig '{connection.KubeconfigPath}' cannot be used: {e.Message}";
        }
        return client is not null;
    }

    private static k8s.Kubernetes Open(ClusterConnection connection)
    {
        var file = KubernetesClientConfiguration.LoadKubeConfig(connection.KubeconfigPath);
        var context = string.IsNullOrEmpty(connection.Context) ? file.CurrentContext : connection.Context;
        var config = KubernetesClientConfiguration.BuildConfigFromConfigObject(file, context);
        // ApiClient sets each request's own.
        config.HttpClientTimeout = Timeout.InfiniteTimeSpan;
        config.UserAgent = "aksarcjit";
        var authorities = config.SslCaCerts;
        // The client's own check of a private authority accepts any name; .NET's, given the authority, does not.
        config.SslCaCerts = null;
        config.FirstMessageHandlerSetup = handler =>
        {
            handler.ConnectTimeout = connection.RequestTimeout;
            handler.KeepAlivePingDelay = PingDelay;
            handler.KeepAlivePingTimeout = PingTimeout;
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
            handler.EnableMultipleHttp2Connections = true;
            handler.AllowAutoRedirect = false;
            if (authorities is { Count: > 0 })
                handler.SslOptions.CertificateChainPolicy = TrustOnly(authorities);
        };
        return new k8s.Kubernetes(config, [new WholeAnswers(), .. Impersonation.Of(file, context)]);
    }

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
