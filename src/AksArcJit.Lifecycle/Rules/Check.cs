namespace AksArcJit.Lifecycle.Rules;

/// <summary>One rule over one gathered input: null where satisfied, else the refusal.</summary>
public delegate Refusal? Check<in T>(T input);

/// <summary>An ordered chain of checks. The first that objects decides; one that crashes objects.</summary>
public static class Checks
{
    public static Refusal? FirstObjection<T>(this IEnumerable<Check<T>> chain, T input)
    {
        foreach (var check in chain)
            if (Ask(check, input) is { } refusal)
                return refusal;
        return null;
    }

    // A rule that fails is a bug or an input nobody foresaw: either way it has not said yes (design section 4).
    private static Refusal? Ask<T>(Check<T> check, T input)
    {
        try
        {
            return check(input);
        }
        catch (Exception crash)
        {
            return new Refusal(RefusalReason.InputUnavailable, $"The rule {check.Method.Name} could not be decided ({crash.GetType().Name}); nothing was granted.");
        }
    }
}
