using AksArcJit.Lifecycle;

namespace AksArcJit.Broker.Requests;

/// <summary>What became of a submitted signal, after the append.</summary>
public abstract record Submission
{
    private Submission() { }

    /// <param name="History">As it stands now, whether or not this signal added to it.</param>
    /// <param name="RetryAt">Where an effect failed: no sooner than this again.</param>
    public sealed record Recorded(RequestHistory History, DateTimeOffset? RetryAt) : Submission;

    /// <summary>An end that the chain cannot hold (<see cref="UnrecordedEnds"/>): it is carried out all the same.</summary>
    /// <param name="IsGone">Nothing of ours stands any more; false before it is carried out, and where the cluster has not confirmed it yet.</param>
    public sealed record Unrecorded(UnrecordedEnd End, bool IsGone) : Submission;

    /// <param name="Twin">The pending request that stands in the way, where that is the reason.</param>
    public sealed record Refused(Refusal Refusal, RequestHistory History, RequestId? Twin = null) : Submission;
}
