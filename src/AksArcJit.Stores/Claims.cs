namespace AksArcJit.Stores;

internal static class Claims
{
    /// <summary>A claim whose request has no chain is given up after this long (design section 5).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);
}
