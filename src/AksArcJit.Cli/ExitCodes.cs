namespace AksArcJit.Cli;

/// <summary>What scripts may rely on.</summary>
public static class ExitCodes
{
    /// <summary>Done; of a verification: all was checked, and nothing is damaged.</summary>
    public const int Done = 0;

    /// <summary>It could not be done, or not be checked; also a fault in the command line.</summary>
    public const int Failed = 1;

    /// <summary>A verification found damage.</summary>
    public const int Damaged = 2;
}
