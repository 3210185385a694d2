using System.Threading.Channels;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;

namespace AksArcJit.TestKit.Cluster;

/// <summary>A cluster in memory behind the port: bindings, one role, honest probes, and answers that a test can spoil.</summary>
public sealed class FakeCluster(ClusterId id, string installation, TimeProvider time) : ICluster
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BindingName, StandingBinding> _bindings = [];
    private int _uids;

    public ClusterId Id { get; } = id;

    public Reading<RoleRules> Role { get; set; } = new Reading<RoleRules>.Found(Sample.Rules);

    /// <summary>While set, nothing is answered: creates are unknown, removals fail.</summary>
    public bool IsDown { get; set; }

    /// <summary>While set, the cluster answers everything but reviews.</summary>
    public bool IsProbeDown { get; set; }

    /// <summary>Bindings of this kind may not be listed.</summary>
    public BindingKind? Unlisted { get; set; }

    /// <summary>Replaces the next answers to a create; the create is still applied where the flag says so.</summary>
    public Queue<(bool Applied, BindingOutcome Answer)> CreateAnswers { get; } = new();

    /// <summary>Replaces probe answers: what else allows the engineer.</summary>
    public Func<Probe, ProbeAnswer>? OtherAccess { get; set; }

    /// <summary>Runs between the call and its effect, to race with it.</summary>
    public Func<Task>? BeforeCreate { get; set; }

    /// <summary>Awaited before a removal is looked at.</summary>
    public Func<Task>? BeforeRemove { get; set; }

    /// <summary>Awaited before the bindings are listed.</summary>
    public Func<Task>? BeforeList { get; set; }

    /// <summary>Awaited before the role is read.</summary>
    public Func<Task>? BeforeReadRole { get; set; }

    public IReadOnlyCollection<StandingBinding> Bindings
    {
        get
        {
            lock (_gate)
                return [.. _bindings.Values];
        }
    }

    /// <summary>Every binding that ever stood, and every removal, with its time.</summary>
    public IList<(DateTimeOffset At, string What, BindingName Name)> Log { get; } = [];

    public void Place(StandingBinding binding)
    {
        lock (_gate)
            _bindings[binding.Name] = binding;
    }

    public void Erase(BindingName name)
    {
        lock (_gate)
            _bindings.Remove(name);
    }

    public async Task<Reading<RoleRules>> ReadRoleAsync(string role, CancellationToken cancellation)
    {
        if (BeforeReadRole is { } pause)
            await pause();
        return IsDown ? new Reading<RoleRules>.Unreadable("the cluster is down") : Role;
    }

    /// <summary>Every namespace but these stands.</summary>
    public ISet<string> MissingNamespaces { get; } = new HashSet<string>();

    public Task<Reading<LiveNamespace>> ReadNamespaceAsync(string name, CancellationToken cancellation) => Task.FromResult<Reading<LiveNamespace>>(
        IsDown ? new Reading<LiveNamespace>.Unreadable("the cluster is down")
        : MissingNamespaces.Contains(name) ? new Reading<LiveNamespace>.Missing()
        : new Reading<LiveNamespace>.Found(new LiveNamespace(name, false)));

    public async Task<BindingOutcome> CreateAsync(BindingSpec spec, DateTimeOffset sendBy, CancellationToken cancellation)
    {
        if (BeforeCreate is { } race)
            await race();
        if (time.GetUtcNow() > sendBy)
            return new BindingOutcome.Failed("too late to send");
        if (IsDown)
            return new BindingOutcome.Unknown("the cluster is down");
        lock (_gate)
        {
            var spoiled = CreateAnswers.TryDequeue(out var answer);
            if (spoiled && !answer.Applied)
                return answer.Answer;
            if (!_bindings.TryGetValue(spec.Name, out var standing))
            {
                standing = new StandingBinding(spec.Name, $"uid-{++_uids}", installation, spec.Request, spec.NotAfter, [$"User/{spec.User}"], $"ClusterRole/{spec.Role}", spec.Ticket);
                _bindings[spec.Name] = standing;
                Log.Add((time.GetUtcNow(), "created", spec.Name));
            }
            return spoiled ? answer.Answer : new BindingOutcome.Standing(standing.Uid, standing.NotAfter ?? spec.NotAfter);
        }
    }

    public async Task<RemovalOutcome> RemoveAsync(BindingSpec spec, string? uid, CancellationToken cancellation)
    {
        if (BeforeRemove is { } pause)
            await pause();
        if (IsDown)
            return new RemovalOutcome.Failed("the cluster is down");
        lock (_gate)
            if (_bindings.Remove(spec.Name))
                Log.Add((time.GetUtcNow(), "removed", spec.Name));
        return new RemovalOutcome.Absent(time.GetUtcNow());
    }

    public async Task<RemovalOutcome> RemoveAsync(StandingBinding seen, CancellationToken cancellation)
    {
        if (BeforeRemove is { } pause)
            await pause();
        if (IsDown)
            return new RemovalOutcome.Failed("the cluster is down");
        lock (_gate)
            if (_bindings.TryGetValue(seen.Name, out var standing) && standing.Uid == seen.Uid)
                _bindings.Remove(seen.Name);
        return new RemovalOutcome.Absent(time.GetUtcNow());
    }

    public Task<Reading<IReadOnlyList<ProbeAnswer>>> ProbeAsync(
        ReviewedUser user, IReadOnlyList<Probe> probes, ProbePurpose purpose, CancellationToken cancellation)
    {
        if (IsDown || IsProbeDown)
            return Task.FromResult<Reading<IReadOnlyList<ProbeAnswer>>>(new Reading<IReadOnlyList<ProbeAnswer>>.Unreadable("the cluster is down"));
        lock (_gate)
        {
            var ours = _bindings.Values.FirstOrDefault(binding => binding.Subjects.Contains($"User/{user.Name}"));
            return Task.FromResult<Reading<IReadOnlyList<ProbeAnswer>>>(new Reading<IReadOnlyList<ProbeAnswer>>.Found(
                [.. probes.Select(probe => ours is not null
                    ? new ProbeAnswer(probe, true, $"RBAC: allowed by {ours.Name}", ours.Name)
                    : OtherAccess?.Invoke(probe) ?? new ProbeAnswer(probe, false, "", null))]));
        }
    }

    public async Task<Reading<IReadOnlyList<StandingBinding>>> ListBindingsAsync(string role, BindingKind kind, CancellationToken cancellation)
    {
        if (BeforeList is { } pause)
            await pause();
        return IsDown ? new Reading<IReadOnlyList<StandingBinding>>.Unreadable("the cluster is down")
            : Unlisted == kind ? new Reading<IReadOnlyList<StandingBinding>>.Unreadable($"the cluster forbids to list {kind}s")
            : new Reading<IReadOnlyList<StandingBinding>>.Found([.. Bindings.Where(binding => binding.Name.Kind == $"{kind}")]);
    }

    public Task<Reading<StandingBinding>> ReadBindingAsync(BindingName name, CancellationToken cancellation)
    {
        if (IsDown)
            return Task.FromResult<Reading<StandingBinding>>(new Reading<StandingBinding>.Unreadable("the cluster is down"));
        lock (_gate)
            return Task.FromResult<Reading<StandingBinding>>(
                _bindings.TryGetValue(name, out var binding) ? new Reading<StandingBinding>.Found(binding) : new Reading<StandingBinding>.Missing());
    }

    /// <summary>What a test lets the watch tell.</summary>
    public Channel<ClusterChange> Changes { get; } = Channel.CreateUnbounded<ClusterChange>();

    public IAsyncEnumerable<ClusterChange> WatchAsync(string role, CancellationToken cancellation) => Changes.Reader.ReadAllAsync(cancellation);

    public Task<ClusterFault?> CheckAsync(CancellationToken cancellation) =>
        Task.FromResult(IsDown ? new ClusterFault("the cluster is down", "the cluster is down, and this is how") : null);
}

public sealed class FakeClusters(params ICluster[] clusters) : IClusters
{
    public IReadOnlyCollection<ClusterId> Ids => [.. clusters.Select(cluster => cluster.Id)];

    public ICluster? Find(ClusterId id) => clusters.FirstOrDefault(cluster => cluster.Id == id);
}
