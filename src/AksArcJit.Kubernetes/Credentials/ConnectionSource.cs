using System.Diagnostics.CodeAnalysis;
using System.Text;
using k8s;

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

    // Removals that could go by the old connection wait meanwhile.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ClusterConnection _connection;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Task _refreshing = Task.CompletedTask;
    private Opened? _current;
    private DateTimeOffset _lookAt;
    private DateTimeOffset _renewAt = DateTimeOffset.MaxValue;

    private ConnectionSource(ClusterConnection connection, TimeProvider time) => (_connection, _time) = (connection, time);

    /// <summary>Why the credentials in use are not those that stand on disk, or that there are none; null where all is well.</summary>
    public CredentialTrouble? Trouble { get; private set; }

    /// <summary>Opens what can be opened at once: a plug-in is asked, and the cluster's uid, when the cluster is first used.</summary>
    public static bool TryOpen(
        ClusterConnection connection, TimeProvider time, [NotNullWhen(true)] out ConnectionSource? source, [NotNullWhen(false)] out string? fault)
    {
        source = new ConnectionSource(connection, time);
        var trouble = source.Read(out var read);
        if (trouble is null && read.Plugin is null && (trouble = source.Make(read, null, out var opened)) is null)
        {
            if (connection.Uid is null)
                source.Use(opened!);
            else
                opened!.Retire();
        }
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
            if (_current?.Read.Plugin is not null)
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
            // Whoever has a client does not wait for a plug-in, nor again for a file that was no good: a removal goes by the old.
            return _current is null || (_current.Read.Plugin is null && Trouble is null) ? _refreshing : null;
        }
    }

    /// <summary>Never throws, and belongs to no request: what fails is told.</summary>
    private async Task RefreshAsync()
    {
        var pause = Freshness;
        try
        {
            if (_current is not { } current || _time.GetUtcNow() >= _renewAt || current.Read.FingerprintNow(_connection.KubeconfigPath) != current.Fingerprint)
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
        var trouble = Read(out var read);
        if (trouble is not null)
        {
            Trouble = trouble;
            return Freshness;
        }
        var plugin = read!.Plugin;
        var given = plugin is null ? null : await ExecPlugin.RunAsync(plugin, Path.GetDirectoryName(Path.GetFullPath(_connection.KubeconfigPath))!, _time, CancellationToken.None);
        if ((trouble = Make(read, given, out var opened)) is null)
        {
            if ((trouble = await StrangenessAsync(opened!)) is null)
                Use(opened!);
            else
                opened!.Retire();
        }
        // Only now: as long as the old is in trouble nobody waits for the new.
        Trouble = trouble;
        return plugin is null && Trouble is null ? Freshness : PluginPause;
    }

    /// <summary>
    /// Whether the file leads to another cluster, whose answer about our bindings would always be "gone": than the options name, or, where they
    /// name none, than the file before it. By the uid of the namespace that every cluster has and nobody can make anew.
    /// </summary>
    private async Task<CredentialTrouble?> StrangenessAsync(Opened opened)
    {
        if (_current is { } same && same.Read.Hash.AsSpan().SequenceEqual(opened.Read.Hash))
            return null;
        var current = _current;
        var patience = current is null || _connection.RequestTimeout < Patience ? _connection.RequestTimeout : Patience;
        if (_connection.Uid is { } uid)
            return await IdentityAsync(opened, patience) switch
            {
                (null, var why) => Unidentified(why),
                ({ } found, _) when found != uid => Another($"than the options name (its namespace kube-system has the uid {found}, not {uid})"),
                _ => null,
            };
        // Where one of the two does not tell, the new file is believed.
        return current is not null && await Task.WhenAll(IdentityAsync(current, patience), IdentityAsync(opened, patience)) is [({ } before, _), ({ } now, _)] && before != now
            ? Another("than before (its namespace kube-system has another uid), so that the old connection goes on; where that is meant, end what is granted here and start the broker anew")
            : null;
    }

    /// <returns>Without a uid, why it is not known: not allowed, not reached, no longer accepted.</returns>
    private async Task<(string? Uid, string Why)> IdentityAsync(Opened opened, TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience, _time);
        try
        {
            using var lease = opened.Take();
            return ((await lease.Client.CoreV1.ReadNamespaceAsync("kube-system", cancellationToken: timeout.Token)).Metadata?.Uid, "it has none");
        }
        // KubernetesClient has no common exception for a cluster that does not answer as it should.
        catch (Exception e)
        {
            return (null, e.Message);
        }
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

    private CredentialTrouble? Make(Kubeconfig read, ExecCredential? given, out Opened? opened)
    {
        opened = null;
        try
        {
            // A change while it is opened, or while its plug-in ran, is seen the next time.
            var fingerprint = read.Fingerprint(_connection.KubeconfigPath);
            if (read is { User: { } user, TokenFile: { } tokenFile })
                user.Token = File.ReadAllText(tokenFile).Trim();
            if (given is not null)
                Use(read, given);
            opened = new Opened(Api.KubeconfigFile.Open(_connection, read), read, fingerprint, given?.ExpiresAt);
            return null;
        }
        catch (Exception e)
        {
            return Unusable(e);
        }
    }

    private void Use(Opened opened)
    {
        lock (_gate)
        {
            _current?.Retire();
            _current = opened;
            _renewAt = opened.ExpiresAt is { } end ? end - RenewBefore : DateTimeOffset.MaxValue;
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

    private CredentialTrouble Another(string than) => new("its kubeconfig leads to another cluster", $"the kubeconfig '{_connection.KubeconfigPath}' leads to another cluster {than}");

    private CredentialTrouble Unidentified(string why) => new("it does not say which cluster it is",
        $"the cluster that the kubeconfig '{_connection.KubeconfigPath}' leads to does not say which it is: the uid of its namespace kube-system cannot be read ({why})");
}
