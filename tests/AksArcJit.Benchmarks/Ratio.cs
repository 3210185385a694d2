namespace AksArcJit.Benchmarks;

/// <summary>A result beside its bound, told in one line.</summary>
internal static class Ratio
{
    public const int Rounds = 5;

    public static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    public static bool Tell(string what, IReadOnlyCollection<double> ratios, double atLeast, string detail)
    {
        var median = Median(ratios);
        Console.WriteLine($"{(median >= atLeast ? "ok  " : "MISS")} {what}: {median:0.00} (at least {atLeast:0.00}; {ratios.Min():0.00} to {ratios.Max():0.00}); {detail}");
        return median >= atLeast;
    }

    public static bool TellAtMost(string what, double measured, double atMost, string detail)
    {
        Console.WriteLine($"{(measured <= atMost ? "ok  " : "MISS")} {what}: {measured:0.00} (at most {atMost:0.00}); {detail}");
        return measured <= atMost;
    }

    /// <param name="share">0 to 1: 0.99 for p99.</param>
    public static double Percentile(IEnumerable<double> values, double share) =>
        values.Order().ToList() is { Count: > 0 } sorted ? sorted[(int)Math.Ceiling(share * sorted.Count) - 1] : 0;
}
