using AksArcJit.Lifecycle;

namespace AksArcJit.Broker.Requests;

/// <summary>What became of a submitted signal, after the append.</summary>
public abstract record Submission
{
    private Submission() { }

    /// <param name="History">As it stands now, whether or not this signal added to it.</param>
    /// <param name="RetryAt">Where an effect failed: no sooner than this again.</param>
    public sealed record Recorded(RequestHistory History, DateTimeOffset? RetryAt) : Submission;

    /// <param name="Twin">The pending request that stands in the way, where that is the reason.</param>
    public sealed record Refused(Refusal Refusal, RequestHistory History, RequestId? Twin = null) : Submission;
}
