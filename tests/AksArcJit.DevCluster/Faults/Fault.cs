namespace AksArcJit.DevCluster.Faults;

/// <summary>Which requests go wrong, how, and how often. A null pattern matches everything; <c>*</c> in a name is any text.</summary>
/// <param name="Action">What happens to them.</param>
public sealed record Fault(FaultAction Action)
{
    /// <summary>Kubernetes verb: create, get, list, watch, update, patch, delete.</summary>
    public string? Verb { get; init; }

    /// <summary>Plural resource, such as clusterrolebindings.</summary>
    public string? Resource { get; init; }

    /// <summary>Object name, for a create that of its body.</summary>
    public string? Name { get; init; }

    /// <summary>User name of the caller, so that only the broker meets the fault.</summary>
    public string? User { get; init; }

    /// <summary>Matching requests that pass before it begins.</summary>
    public int Skip { get; init; }

    /// <summary>Requests that it strikes; null: all, until removed.</summary>
    public int? Times { get; init; }
}

/// <summary>What happens to a request.</summary>
public abstract record FaultAction
{
    private FaultAction()
    {
    }

    /// <summary>Waits, then goes on (to further faults, too).</summary>
    public sealed record Latency(TimeSpan Delay) : FaultAction;

    /// <summary>Answers this status instead of applying; Retry-After in seconds.</summary>
    public sealed record Respond(int Code, int? RetryAfterSeconds = null) : FaultAction;

    /// <summary>Neither applies nor answers until the client leaves or the fault is removed; then drops the connection.</summary>
    public sealed record Hang : FaultAction;

    /// <summary>Drops the connection; nothing is applied.</summary>
    public sealed record Reset : FaultAction;

    /// <summary>Applies, then drops the connection without an answer: an unknown outcome.</summary>
    public sealed record ApplyThenDrop : FaultAction;

    /// <summary>Applies, then neither answers nor closes until the client leaves or the fault is removed: a timeout after a write.</summary>
    public sealed record ApplyThenHang : FaultAction;
}
