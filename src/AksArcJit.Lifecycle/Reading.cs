namespace AksArcJit.Lifecycle;

/// <summary>What came of asking for something outside: it is there, it is not, or nobody could tell. A rule never takes the last for either.</summary>
public abstract record Reading<T>
{
    private Reading() { }

    public sealed record Found(T Value) : Reading<T>;

    public sealed record Missing : Reading<T>;

    /// <param name="Reason">For operators, in one sentence, without secrets.</param>
    public sealed record Unreadable(string Reason) : Reading<T>;
}
