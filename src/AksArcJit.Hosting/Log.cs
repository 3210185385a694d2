using AksArcJit.Lifecycle;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Hosting;

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

    [LoggerMessage(1605, LogLevel.Warning, "No checkpoint key is configured (checkpoints.key): there are no checkpoints, so an insider with the store could cut off, rewrite or restore the journal unseen.")]
    public static partial void NoCheckpoints(this ILogger log);

    [LoggerMessage(1606, LogLevel.Warning, "Checkpoints are made, but no anchor is configured (checkpoints.anchors): whoever can write the store could restore an older one unseen.")]
    public static partial void NoAnchors(this ILogger log);

    [LoggerMessage(1607, LogLevel.Warning, "Not every anchor could be compared with the journal before the start. Nothing is granted until they answer; what stands is ended on time.")]
    public static partial void AnchorsUncompared(this ILogger log);

    [LoggerMessage(1608, LogLevel.Critical, "Damage in the journal: {Damage}")]
    public static partial void JournalDamaged(this ILogger log, string damage);

    [LoggerMessage(1609, LogLevel.Information, "Verified {Facts} facts and {Checkpoints} checkpoints: {Damages} damages.")]
    public static partial void JournalVerified(this ILogger log, long facts, long checkpoints, long damages);

    [LoggerMessage(1612, LogLevel.Warning, "DEVELOPMENT: there was no checkpoint key {File}, so a new one was made. Checkpoints that another key signed do not verify with it.")]
    public static partial void DevelopmentCheckpointKey(this ILogger log, string file);

    [LoggerMessage(1611, LogLevel.Warning, "The verification in the background goes on without anchor {Anchor}: {Reason}")]
    public static partial void VerificationWithoutAnchor(this ILogger log, string anchor, string reason);

    [LoggerMessage(1610, LogLevel.Warning, "The verification in the background could not go on and begins anew in a minute: {Reason}")]
    public static partial void VerificationBroken(this ILogger log, string reason);
}
