namespace AksArcJit.Kubernetes.Api;

/// <summary>What became of one request.</summary>
internal abstract record Answer<T>
{
    private Answer() { }

    public sealed record Given(T Value) : Answer<T>;

    /// <summary>The API server answered with an error.</summary>
    public sealed record Refused(Refusal Why) : Answer<T>;

    /// <summary>It never left: late, no free place, no connection.</summary>
    /// <param name="ForAnybody">Where the reason says more than anybody should know.</param>
    public sealed record NotSent(string Reason, string? ForAnybody = null) : Answer<T>;

    /// <summary>It may have left, and no answer came back in time.</summary>
    /// <param name="ForAnybody">Where the reason says more than anybody should know.</param>
    public sealed record Lost(string Reason, string? ForAnybody = null) : Answer<T>;

    /// <summary>The API server itself says that there is no object of this name. Whoever else answers 404 says nothing about it.</summary>
    public bool SaysMissing(string name) => this is Refused { Why.Missing: { } missing } && missing == name;

    /// <summary>What is wrong, for operators; empty where nothing is.</summary>
    public string Trouble => this switch
    {
        Refused refused => refused.Why.Sentence,
        NotSent notSent => notSent.Reason,
        Lost lost => lost.Reason,
        _ => "",
    };

    /// <summary>The same for anybody: no address, no path, no one else's words.</summary>
    public string Brief => this switch
    {
        Refused refused => refused.Why.Brief,
        NotSent notSent => notSent.ForAnybody ?? notSent.Reason,
        Lost lost => lost.ForAnybody ?? lost.Reason,
        _ => "",
    };
}
