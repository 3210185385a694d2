using System.Text.RegularExpressions;

namespace AksArcJit.DevCluster.Faults;

/// <summary>The faults in force, in the order in which they were added.</summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<ActiveFault> _faults = [];
    private int _lastId;

    public IReadOnlyList<ActiveFault> Active
    {
        get
        {
            lock (_gate)
                return [.. _faults];
        }
    }

    public ActiveFault Add(Fault fault)
    {
        lock (_gate)
        {
            var active = new ActiveFault(++_lastId, fault);
            _faults.Add(active);
            return active;
        }
    }

    /// <summary>Removes a fault and releases the requests that hang in it.</summary>
    /// <returns>False where there was none.</returns>
    public bool Remove(int id)
    {
        lock (_gate)
        {
            if (_faults.Find(fault => fault.Id == id) is not { } found)
                return false;
            _faults.Remove(found);
            found.Release();
            return true;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _faults.ForEach(fault => fault.Release());
            _faults.Clear();
        }
    }

    /// <returns>Every latency that strikes the request and at most one other fault, the last.</returns>
    internal IReadOnlyList<ActiveFault> Strike(string verb, string resource, string name, string user)
    {
        lock (_gate)
        {
            var struck = new List<ActiveFault>();
            foreach (var fault in _faults)
            {
                if (!fault.Strikes(verb, resource, name, user))
                    continue;
                struck.Add(fault);
                if (fault.Fault.Action is not FaultAction.Latency)
                    break;
            }
            return struck;
        }
    }
}

/// <summary>A fault in force and what it has done so far.</summary>
public sealed class ActiveFault
{
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _passed;
    private int _hits;

    internal ActiveFault(int id, Fault fault)
    {
        Id = id;
        Fault = fault;
    }

    public int Id { get; }

    public Fault Fault { get; }

    /// <summary>Requests that it has struck.</summary>
    public int Hits => Volatile.Read(ref _hits);

    internal Task Removed => _removed.Task;

    internal void Release() => _removed.TrySetResult();

    internal bool Strikes(string verb, string resource, string name, string user)
    {
        if (!Is(Fault.Verb, verb) || !Is(Fault.Resource, resource) || !Is(Fault.Name, name) || !Is(Fault.User, user))
            return false;
        if (_passed < Fault.Skip)
        {
            _passed++;
            return false;
        }
        if (_hits >= Fault.Times)
            return false;
        Interlocked.Increment(ref _hits);
        return true;
    }

    private static bool Is(string? pattern, string value) =>
        pattern is null || Regex.IsMatch(value, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}\\z", RegexOptions.Singleline);
}
