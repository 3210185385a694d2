using AksArcJit.Lifecycle;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Functions;

/// <summary>Log ids 1700 to 1799. Never a secret, a token or a link.</summary>
internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Warning, "The orchestration of {Request} could not be started or hinted; the sweep sees to it within a minute: {Reason}")]
    public static partial void HintFailed(this ILogger log, RequestId request, string reason);

    [LoggerMessage(1701, LogLevel.Warning, "{Count} open requests had no orchestration; they are started anew.")]
    public static partial void OrchestrationsMissing(this ILogger log, int count);

    [LoggerMessage(1702, LogLevel.Critical, "An orchestration met a quarantined chain: {Reason}")]
    public static partial void MetQuarantine(this ILogger log, string reason);

    [LoggerMessage(1703, LogLevel.Error, "The open index could not be read; it is read again within 5 s: {Reason}")]
    public static partial void OpenIndexUnreadable(this ILogger log, string reason);

    [LoggerMessage(1704, LogLevel.Warning, "A ticket event could not be heard in delivery {Delivery}; it is left to its lock and comes again.")]
    public static partial void EventLeft(this ILogger log, int delivery);

    [LoggerMessage(1705, LogLevel.Warning, "The verification could not go on and begins anew within half an hour: {Reason}")]
    public static partial void VerificationBroken(this ILogger log, string reason);

    [LoggerMessage(1706, LogLevel.Error, "Orchestrations could not be compared with the open index; they are within a minute: {Reason}")]
    public static partial void OrchestrationsUnread(this ILogger log, string reason);

    [LoggerMessage(1707, LogLevel.Information, "{Count} orchestrations that were over were purged from the hub.")]
    public static partial void HubPurged(this ILogger log, int count);

    [LoggerMessage(1708, LogLevel.Warning, "The hub could not be purged of what is over; it is tried again tomorrow: {Reason}")]
    public static partial void HubNotPurged(this ILogger log, string reason);
}
