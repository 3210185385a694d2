using AksArcJit.Lifecycle;

namespace AksArcJit.Server;

/// <summary>Log ids 1600 to 1699. Never a secret, a token or a link.</summary>
internal static partial class Log
{
    [LoggerMessage(1600, LogLevel.Warning, "DEVELOPMENT ISSUER: whoever reads {File} is anybody here. Never start like this where others can reach it.")]
    public static partial void DevelopmentIssuer(this ILogger log, string file);

    [LoggerMessage(1601, LogLevel.Error, "The journal does not answer, so whether open requests name clusters that are not in the options is not known: {Reason}")]
    public static partial void OpenRequestsUnread(this ILogger log, string reason);

    [LoggerMessage(1602, LogLevel.Critical, "The loop {Loop} fell over and goes on in 2 s: {Reason}")]
    public static partial void LoopFell(this ILogger log, string loop, string reason, Exception failure);

    [LoggerMessage(1603, LogLevel.Information, "{Count} open requests are resumed.")]
    public static partial void Resuming(this ILogger log, int count);

    [LoggerMessage(1604, LogLevel.Critical, "Request {Request} is quarantined: {Reason}")]
    public static partial void QuarantinedAtStart(this ILogger log, RequestId request, string reason);
}
