namespace AksArcJit.Lifecycle.Requests;

/// <summary>What a signal comes to: facts to append (none when it changes nothing), or a refusal.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <param name="RetryAt">Where an effect failed and there is nothing new to record: no sooner than this again.</param>
    public sealed record Accepted(IReadOnlyList<Fact> Facts, DateTimeOffset? RetryAt) : Decision;

    public sealed record Refused(Refusal Refusal) : Decision;

    public static Decision Accept(params IReadOnlyList<Fact> facts) => new Accepted(facts, null);

    public static Decision Retry(DateTimeOffset at, params IReadOnlyList<Fact> facts) => new Accepted(facts, at);

    public static Decision Refuse(Refusal refusal) => new Refused(refusal);

    public static Decision Refuse(RefusalReason reason, string detail) => new Refused(new Refusal(reason, detail));
}
