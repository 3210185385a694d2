using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace AksArcJit.Kubernetes.Credentials;

/// <summary>
/// The client of a cluster with the credentials of this moment. Files are looked at again every second while they are used, and a plug-in
/// is asked again before what it gave expires. What is broken is told and the old goes on: the access that has to end does not wait for a
/// file that somebody is still writing.
/// </summary>
internal sealed class ConnectionSource : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PluginPause = TimeSpan.FromSeconds(5);

    private readonly ClusterConnection _connection;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Task _refreshing = Task.CompletedTask;
    private Opened? _current;
    private Kubeconfig? _read;
    private string _fingerprint = "";
    private DateTimeOffset _lookAt;
    private DateTimeOffset _renewAt = DateTimeOffset.MaxValue;

    private ConnectionSource(ClusterConnection connection, TimeProvider time) => (_connection, _time) = (connection, time);

    /// <summary>Why the credentials in use are not those that stand on disk, or that there are none; null where all is well.</summary>
    public CredentialTrouble? Trouble { get; private set; }

    /// <summary>Opens what can be opened at once: a plug-in is asked when the cluster is first used.</summary>
    public static bool TryOpen(
        ClusterConnection connection, TimeProvider time, [NotNullWhen(true)] out ConnectionSource? source, [NotNullWhen(false)] out string? fault)
    {
        source = new ConnectionSource(connection, time);
        var trouble = source.Read(out var read);
        if (trouble is null && read.Plugin is null)
            trouble = source.Open(read, null);
        fault = trouble?.Detail;
        if (fault is null)
            return true;
        source.Dispose();
        source = null;
        return false;
    }

    /// <exception cref="CredentialException">There are no credentials yet; the message says why.</exception>
    public async Task<Lease> TakeAsync(CancellationToken cancellation)
    {
        if (Refreshing() is { } refreshing)
            // The request's patience ends, and what it waited for goes on: a slow plug-in serves those who come after.
            await refreshing.WaitAsync(cancellation);
        lock (_gate)
            return _current?.Take() ?? throw new CredentialException(Trouble ?? new CredentialTrouble("the connection is not open", "the connection is not open"));
    }

    /// <summary>The cluster did not accept the credentials (401): a plug-in is asked again.</summary>
    public void Distrust()
    {
        lock (_gate)
            if (_read?.Plugin is not null)
                _renewAt = _time.GetUtcNow();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _current?.Retire();
            _current = null;
        }
    }

    /// <returns>What is to be waited for; null where there is a client to go on with.</returns>
    private Task? Refreshing()
    {
        lock (_gate)
        {
            if (_current is not null && _time.GetUtcNow() < _lookAt)
                return null;
            // One at a time; whoever comes meanwhile uses what there is, or waits for the same.
            if (_refreshing.IsCompleted)
                _refreshing = RefreshAsync();
            // Whoever has a client does not wait for a plug-in.
            return _current is null || _read?.Plugin is null ? _refreshing : null;
        }
    }

    /// <summary>Never throws, and belongs to no request: what fails is told.</summary>
    private async Task RefreshAsync()
    {
        var pause = Freshness;
        try
        {
            if (_current is null || _time.GetUtcNow() >= _renewAt || _read!.FingerprintNow(_connection.KubeconfigPath) != _fingerprint)
                pause = await ReopenAsync();
            else
                Trouble = null;
        }
        catch (Exception e)
        {
            Trouble = new CredentialTrouble(
                e is InvalidOperationException ? "its credential plug-in failed" : "its credentials cannot be renewed", $"its credentials cannot be renewed: {e.Message}");
            pause = PluginPause;
        }
        lock (_gate)
            _lookAt = _time.GetUtcNow() + pause;
    }

    /// <returns>No sooner than after this again.</returns>
    private async Task<TimeSpan> ReopenAsync()
    {
        if ((Trouble = Read(out var read)) is not null)
            return Freshness;
        var plugin = read!.Plugin;
        var given = plugin is null ? null : await ExecPlugin.RunAsync(plugin, Path.GetDirectoryName(Path.GetFullPath(_connection.KubeconfigPath))!, _time, CancellationToken.None);
        Trouble = Open(read, given);
        return plugin is null ? Freshness : PluginPause;
    }

    private CredentialTrouble? Read([NotNull] out Kubeconfig? read)
    {
        read = null!;
        try
        {
            read = _connection.IsInCluster
                ? Kubeconfig.InCluster(_connection.ServiceAccountDirectory)
                : Kubeconfig.Read(_connection.KubeconfigPath, _connection.Context);
            return null;
        }
        // KubernetesClient has no common exception for what it cannot use, and throws plain ones too.
        catch (Exception e)
        {
            return Unusable(e);
        }
    }

    private CredentialTrouble? Open(Kubeconfig read, ExecCredential? given)
    {
        try
        {
            // A change while it is opened, or while its plug-in ran, is seen the next time.
            var fingerprint = read.Fingerprint(_connection.KubeconfigPath);
            if (read is { User: { } user, TokenFile: { } tokenFile })
                user.Token = File.ReadAllText(tokenFile).Trim();
            if (given is not null)
                Use(read, given);
            var opened = new Opened(Api.KubeconfigFile.Open(_connection, read));
            lock (_gate)
            {
                _current?.Retire();
                (_current, _read, _fingerprint) = (opened, read, fingerprint);
                _renewAt = given?.ExpiresAt is { } end ? end - RenewBefore : DateTimeOffset.MaxValue;
            }
            return null;
        }
        catch (Exception e)
        {
            return Unusable(e);
        }
    }

    private static void Use(Kubeconfig read, ExecCredential given)
    {
        var user = read.User!;
        user.Token = given.Token;
        if (given is not { Certificate: { } certificate, Key: { } key })
            return;
        user.ClientCertificateData = Convert.ToBase64String(Encoding.UTF8.GetBytes(certificate));
        user.ClientKeyData = Convert.ToBase64String(Encoding.UTF8.GetBytes(key));
    }

    private CredentialTrouble Unusable(Exception e) => _connection.IsInCluster
        ? new("the pod's own credentials cannot be used", $"the pod's own credentials cannot be used: {e.Message}")
        : new("its kubeconfig cannot be used", $"the kubeconfig '{_connection.KubeconfigPath}' cannot be used: {e.Message}");

    /// <summary>A client and those who use it: it is disposed of by whoever leaves last once it is replaced.</summary>
    private sealed class Opened(k8s.Kubernetes client)
    {
        private int _users = 1;

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
}

/// <summary>A client for the time of one request.</summary>
internal sealed class Lease(k8s.Kubernetes client, Action leave) : IDisposable
{
    public k8s.Kubernetes Client => client;

    public void Dispose() => leave();
}
