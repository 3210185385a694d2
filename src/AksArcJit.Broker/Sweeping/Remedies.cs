using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Sweeping;

/// <summary>Does what findings ask for, or says what it would do. Never throws: what fails is told, and found again with the next sweep.</summary>
public sealed class Remedies(RequestEngine engine, IClusters clusters, ClusterFindings findings, ILogger<Remedies> log, AlertMetrics? metrics = null)
{
    private const string Later = "looked at again within 60 s";

    public async Task<SweptFinding> ApplyAsync(SweepFinding finding, bool isDryRun)
    {
        if (isDryRun)
            return new SweptFinding(finding, Intention(finding.Remedy));
        try
        {
            return new SweptFinding(finding, await ApplyAsync(finding));
        }
        catch (Exception failure)
        {
            TellFailed(finding.Cluster, $"{finding.Kind} {finding.Binding}: {failure.Message}", failure);
            return new SweptFinding(finding, $"failed: {failure.Message}");
        }
    }

    private Task<string> ApplyAsync(SweepFinding finding) => finding.Remedy switch
    {
        Remedy.Remove remove => RemoveAsync(finding, remove),
        Remedy.Submit submit => SubmitAsync(finding, submit),
        Remedy.Journal journal => JournalAsync(finding, journal),
        Remedy.LookAgain again => LookAgainAsync(finding, again),
        _ => throw new ArgumentOutOfRangeException(nameof(finding)),
    };

    // Removed first: the fact may have to wait for the journal.
    private async Task<string> RemoveAsync(SweepFinding finding, Remedy.Remove remove)
    {
        TellFound(finding);
        if (clusters.Find(finding.Cluster) is not { } cluster)
            return "failed: the cluster is not connected";
        if (await cluster.RemoveAsync(remove.Seen, CancellationToken.None) is RemovalOutcome.Failed failed)
        {
            TellFailed(finding.Cluster, failed.Reason, null);
            return $"failed: {failed.Reason}";
        }
        try
        {
            await findings.RecordAsync(finding.Cluster, remove.Fact);
            return "removed";
        }
        catch (Exception unrecorded) when (unrecorded is JournalUnavailableException or QuarantineException)
        {
            TellFailed(finding.Cluster, $"{finding.Binding} was removed, but not journaled: {unrecorded.Message}", unrecorded);
            return "removed, but not journaled";
        }
    }

    // Recorded here, carried out by the host: one hung cluster must not hold up the sweep of what stands elsewhere.
    private async Task<string> SubmitAsync(SweepFinding finding, Remedy.Submit submit)
    {
        TellFound(finding);
        var submission = await engine.SubmitAsync(submit.Request, submit.Signal, CancellationToken.None);
        engine.Prompt(submit.Request);
        return submission is Submission.Unrecorded ? "ended, but its chain cannot record it" : "recorded, and ended where it must be";
    }

    private async Task<string> JournalAsync(SweepFinding finding, Remedy.Journal journal)
    {
        if (!await findings.RecordAsync(finding.Cluster, journal.Fact))
            return "told before";
        TellFound(finding);
        return "journaled and told";
    }

    private Task<string> LookAgainAsync(SweepFinding finding, Remedy.LookAgain again)
    {
        TellFailed(finding.Cluster, finding.What, again.Failure);
        return Task.FromResult(Later);
    }

    private static string Intention(Remedy remedy) => remedy switch
    {
        Remedy.Remove => "would be removed",
        Remedy.Submit => "would be recorded, and ended where it must be",
        Remedy.Journal => "would be journaled and told",
        Remedy.LookAgain => Later,
        _ => throw new ArgumentOutOfRangeException(nameof(remedy)),
    };

    private static string Tell(SweepFinding finding) =>
        $"{finding.Kind}{(finding.Binding is { } binding ? $", {binding}" : "")}{(finding.Request is { } request ? $", request {request}" : "")}: {finding.What}";

    private void TellFound(SweepFinding finding)
    {
        log.SweepFound(finding.Cluster, Tell(finding));
        metrics?.SweepFound();
    }

    private void TellFailed(ClusterId cluster, string reason, Exception? failure)
    {
        log.SweepFailed(cluster, reason, failure);
        metrics?.SweepFailed();
    }
}
