namespace AksArcJit.Kubernetes.Credentials;

/// <summary>A client and those who use it: it is disposed of by whoever leaves last once it is replaced.</summary>
/// <param name="expiresAt">UTC, of what its plug-in gave; null where there is no end, or no plug-in.</param>
internal sealed class Opened(k8s.Kubernetes client, Kubeconfig read, string fingerprint, DateTimeOffset? expiresAt)
{
    private int _users = 1;

    public Kubeconfig Read => read;

    public string Fingerprint => fingerprint;

    public DateTimeOffset? ExpiresAt => expiresAt;

    public Lease Take()
    {
        Interlocked.Increment(ref _users);
        return new Lease(client, Leave);
    }

    public void Retire() => Leave();

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            client.Dispose();
    }
}

/// <summary>A client for the time of one request.</summary>
internal sealed class Lease(k8s.Kubernetes client, Action leave) : IDisposable
{
    public k8s.Kubernetes Client => client;

    public void Dispose() => leave();
}
