namespace AksArcJit.Server;

/// <summary>Log ids 1650 to 1699. Never a secret, a token or a link.</summary>
internal static partial class Log
{
    [LoggerMessage(1650, LogLevel.Critical, "The loop {Loop} fell over and goes on in 2 s: {Reason}")]
    public static partial void LoopFell(this ILogger log, string loop, string reason, Exception failure);
}
