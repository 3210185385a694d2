using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker;

/// <summary>Log ids 1000 to 1099. Never a secret, a token or a link.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Warning, "Notices by {Channel} fail, and are tried again: {Reason}")]
    public static partial void ChannelFailed(this ILogger log, string channel, string reason);

    [LoggerMessage(1011, LogLevel.Information, "Notices by {Channel} are taken again.")]
    public static partial void ChannelBack(this ILogger log, string channel);

    [LoggerMessage(1012, LogLevel.Warning, "{Channel} will never take a notice of request {Request} ({Kind}); the next channel is tried, if there is one: {Reason}")]
    public static partial void NoticeRefused(this ILogger log, string channel, RequestId request, NoticeKind kind, string reason);

    [LoggerMessage(1013, LogLevel.Error, "A notice of request {Request} ({Kind}) was taken by no channel and is given up: {Reason}")]
    public static partial void NoticeUndelivered(this ILogger log, RequestId request, NoticeKind kind, string reason);

    [LoggerMessage(1014, LogLevel.Error, "The notices of {Stream} could not be attended to, and are again within 5 s: {Reason}")]
    public static partial void NoticesPutOff(this ILogger log, StreamId stream, string reason, Exception failure);

    [LoggerMessage(1001, LogLevel.Error, "{Stream} cannot be advanced now and is tried again: {Reason}")]
    public static partial void AdvanceFailed(this ILogger log, StreamId stream, string reason, Exception failure);

    [LoggerMessage(1002, LogLevel.Critical, "Quarantined: {Reason}. Nothing is granted from it; its binding is removed at notAfter.")]
    public static partial void Quarantined(this ILogger log, string reason);

    [LoggerMessage(1042, LogLevel.Critical, "Request {Request} gets no access: {Forgery}. Somebody wrote the store, or the consent key was replaced since.")]
    public static partial void FactNotOurs(this ILogger log, RequestId request, string forgery);

    [LoggerMessage(1043, LogLevel.Warning, "Cluster {Cluster} does not take the binding of request {Request}; it is tried again for ten minutes at most: {Reason}")]
    public static partial void GrantRefused(this ILogger log, ClusterId cluster, RequestId request, string reason);

    [LoggerMessage(1003, LogLevel.Error, "The sweep of cluster {Cluster} could not be finished and is tried again within 60 s: {Reason}")]
    public static partial void SweepFailed(this ILogger log, ClusterId cluster, string reason, Exception? failure);

    [LoggerMessage(1004, LogLevel.Warning, "Sweep of cluster {Cluster}: {Finding}")]
    public static partial void SweepFound(this ILogger log, ClusterId cluster, string finding);

    [LoggerMessage(1007, LogLevel.Error, "No checkpoint could be made; it is tried again within 5 s: {Reason}")]
    public static partial void CheckpointFailed(this ILogger log, string reason);

    [LoggerMessage(1008, LogLevel.Critical, "The journal is not to be trusted. Nothing is granted from now on; what stands is ended on time. {Objection}")]
    public static partial void JournalDistrusted(this ILogger log, string objection);

    [LoggerMessage(1009, LogLevel.Error, "Anchor {Anchor} is behind and is tried again within 60 s: {Reason}")]
    public static partial void AnchorFailed(this ILogger log, string anchor, string reason);

    [LoggerMessage(1010, LogLevel.Critical, "Residual access: when the binding of request {Request} was gone, the cluster still allowed by {Binding}: {Access}.")]
    public static partial void ResidualAccess(this ILogger log, RequestId request, string binding, string access);

    [LoggerMessage(1040, LogLevel.Critical, "The end of request {Request} ({Signal}) cannot be recorded. Its access {Outcome}. {Reason}")]
    public static partial void EndUnrecorded(this ILogger log, RequestId request, string signal, string outcome, string reason);

    [LoggerMessage(1041, LogLevel.Critical, "Anchor {Anchor} does not hold checkpoint {Number}, which was made long ago. If it is new, nothing is wrong; else somebody took checkpoints from it. It is filled again, each line with the time.")]
    public static partial void AnchorLost(this ILogger log, string anchor, long number);

    [LoggerMessage(1044, LogLevel.Critical, "Anchor {Anchor} is damaged, which says nothing about the store: {Damage} Somebody wrote it who should not; 'aksarcjit audit verify --anchor' names all.")]
    public static partial void AnchorDamaged(this ILogger log, string anchor, string damage);

    [LoggerMessage(1020, LogLevel.Critical, "Access outlives its end: the binding of request {Request} on cluster {Cluster} was to be gone {Seconds} s ago. Its removal is tried every few seconds.")]
    public static partial void RevocationOverdue(this ILogger log, RequestId request, ClusterId cluster, long seconds);

    [LoggerMessage(1021, LogLevel.Error, "Cluster {Cluster} does not confirm that the access of request {Request} is gone; it goes on being asked, or an operator gives their word.")]
    public static partial void RevocationUnconfirmed(this ILogger log, RequestId request, ClusterId cluster);

    [LoggerMessage(1022, LogLevel.Error, "Facts have waited {Seconds} s beyond their time for a checkpoint.")]
    public static partial void CheckpointOverdue(this ILogger log, long seconds);

    [LoggerMessage(1005, LogLevel.Error, "The open index could not be read; it is read again within 5 s: {Reason}")]
    public static partial void OpenIndexUnreadable(this ILogger log, string reason);

    [LoggerMessage(1050, LogLevel.Warning, "Outlet {Outlet} takes no events now; next try in {Pause}: {Reason}")]
    public static partial void OutletAway(this ILogger log, string outlet, TimeSpan pause, string reason);

    [LoggerMessage(1051, LogLevel.Error, "Outlet {Outlet} refused event {Event} of {Stream}. It is tried again, and what follows in {Stream} waits: {Reason}")]
    public static partial void PublicationRefused(this ILogger log, string @event, StreamId stream, string outlet, string reason);

    [LoggerMessage(1052, LogLevel.Critical, "Outlet {Outlet} wants nothing more. Events wait for it until it is taken from the options, or the process starts anew: {Reason}")]
    public static partial void OutletGone(this ILogger log, string outlet, string reason);

    [LoggerMessage(1053, LogLevel.Error, "Facts of {Stream} could not go out to {Outlet}; next try in {Pause}: {Reason}")]
    public static partial void NotPublished(this ILogger log, StreamId stream, string outlet, TimeSpan pause, string reason);

    [LoggerMessage(1054, LogLevel.Warning, "How far {Stream} is published could not be marked; it is tried again, and after a crash goes out again: {Reason}")]
    public static partial void NotMarked(this ILogger log, StreamId stream, string reason);
}
