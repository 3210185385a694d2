using Microsoft.Extensions.Logging;

namespace AksArcJit.Messaging;

/// <summary>
/// Log ids 1400 to 1499. Never a secret, a token or a link, and never what an event says: only
/// its id and source, which are printable ASCII.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1400, LogLevel.Information, "Events from {Source}: connected.")]
    public static partial void Connected(this ILogger log, string source);

    [LoggerMessage(1401, LogLevel.Warning, "Events from {Source}: not connected, next try in {Pause}: {Reason}")]
    public static partial void Disconnected(this ILogger log, string source, TimeSpan pause, string reason);

    [LoggerMessage(1402, LogLevel.Information, "An event from {Source} was ignored: {Reason}")]
    public static partial void EventIgnored(this ILogger log, string source, string reason);

    [LoggerMessage(1403, LogLevel.Error, "Event {EventId} of {EventSource} from {Source} was dead-lettered as {Reason}: {Detail}")]
    public static partial void EventDeadLettered(this ILogger log, string source, string eventId, string eventSource, string reason, string detail);

    [LoggerMessage(1404, LogLevel.Warning, "The journal gives no answer. Events from {Source} that wait for it are held unsettled: {Reason}")]
    public static partial void JournalAway(this ILogger log, string source, string reason);

    [LoggerMessage(1405, LogLevel.Error, "An event from {Source} could not be heard, try {Attempt}: {Reason}")]
    public static partial void EventFailed(this ILogger log, string source, int attempt, string reason, Exception failure);

    [LoggerMessage(1406, LogLevel.Warning, "Events from {Source}: a lock could not be renewed, its event may come again: {Reason}")]
    public static partial void LockNotRenewed(this ILogger log, string source, string reason);

    [LoggerMessage(1407, LogLevel.Warning, "Events from {Source}: the token could not be renewed and is tried again: {Reason}")]
    public static partial void TokenNotRenewed(this ILogger log, string source, string reason);

    [LoggerMessage(1408, LogLevel.Information, "Events to {Outlet}: connected.")]
    public static partial void OutletConnected(this ILogger log, string outlet);

    [LoggerMessage(1409, LogLevel.Warning, "Events to {Outlet}: the token could not be renewed and is tried again: {Reason}")]
    public static partial void OutletTokenNotRenewed(this ILogger log, string outlet, string reason);

    [LoggerMessage(1410, LogLevel.Error,
        "Events from {Source} cannot be read: the entity requires sessions, which this broker does not take part in. Name a queue or subscription without; next try in {Pause}.")]
    public static partial void SessionsRequired(this ILogger log, string source, TimeSpan pause);
}
