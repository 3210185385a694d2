using Microsoft.Extensions.Logging;

namespace AksArcJit.Web;

/// <summary>Log ids 1500 to 1599. Route templates, never paths: a consent link is a secret.</summary>
internal static partial class Log
{
    [LoggerMessage(1500, LogLevel.Error, "{Method} {Route} failed: {Reason}")]
    public static partial void RequestFailed(this ILogger log, string method, string route, string reason, Exception failure);

    [LoggerMessage(1501, LogLevel.Error, "The journal did not answer {Method} {Route}: {Reason}")]
    public static partial void JournalAway(this ILogger log, string method, string route, string reason);

    [LoggerMessage(1502, LogLevel.Critical, "{Method} {Route} met a quarantined chain: {Reason}")]
    public static partial void MetQuarantine(this ILogger log, string method, string route, string reason);

    [LoggerMessage(1503, LogLevel.Error, "The issuer's keys could not be read, so nobody can sign in: {Reason}")]
    public static partial void SignInAway(this ILogger log, string reason);

    [LoggerMessage(1504, LogLevel.Warning, "Not ready: {Part}: {Reason}")]
    public static partial void NotReady(this ILogger log, string part, string reason);
}
