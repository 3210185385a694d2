using System.Security.Cryptography.X509Certificates;
using AksArcJit.Kubernetes.Credentials;
using k8s;

namespace AksArcJit.Kubernetes.Api;

/// <summary>Makes a client of a kubeconfig file and one of its contexts.</summary>
internal static class KubeconfigFile
{
    // A connection that went silent is replaced within 5 s; without pings, request after request would wait on it for its timeout. A
    // shorter wait for the answer would tear connections that a busy machine merely serves late.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(4);

    /// <exception cref="Exception">It cannot be used; KubernetesClient has no common exception for that.</exception>
    public static k8s.Kubernetes Open(ClusterConnection connection, Kubeconfig read)
    {
        // Asked by whoever holds the connection, and not by KubernetesClient, which would hold a thread meanwhile.
        if (read.User is { } user)
            user.ExternalExecution = null;
        var config = KubernetesClientConfiguration.BuildConfigFromConfigObject(read.File, read.Context);
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
        return new k8s.Kubernetes(config, [new WholeAnswers(), .. Impersonation.Of(read)]);
    }

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
