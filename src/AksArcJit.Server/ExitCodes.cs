namespace AksArcJit.Server;

/// <summary>As in sysexits.h.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Usage = 64;
    public const int Unavailable = 69;
    public const int Configuration = 78;
}
