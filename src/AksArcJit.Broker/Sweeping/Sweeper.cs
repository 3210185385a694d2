using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Notices;
using AksArcJit.Broker.Operations;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Sweeping;

/// <summary>
/// Compares what stands with what the journal says, at start and every 60 s: the last guarantee, for whatever no signal told. Lists the
/// bindings of a cluster first and reads the journals after, so that a grant made meanwhile is never taken for an orphan.
/// </summary>
public sealed class Sweeper(
    IJournal journal, RequestEngine engine, Circumstancer circumstances, IClusters clusters, ClusterBook book,
    RequestSweep requests, BindingSweep bindings, Remedies remedies, TimeProvider time, ILogger<Sweeper> log,
    NoticeLoop? notices = null, AlertMetrics? metrics = null)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await SweepAsync(stop);
            await Task.Delay(Interval, time, stop);
        }
    }

    public Task<SweepReport> SweepAsync(CancellationToken cancellation) => SweepAsync(null, isDryRun: false, cancellation);

    /// <summary>One pass. What does not answer is told, and swept again with the next pass.</summary>
    /// <param name="only">Null for every cluster.</param>
    /// <param name="isDryRun">Changes nothing: neither cluster nor journal, and nobody is told.</param>
    public async Task<SweepReport> SweepAsync(ClusterId? only, bool isDryRun, CancellationToken cancellation)
    {
        var pass = new Pass(remedies, isDryRun, time.GetUtcNow());
        var views = (await Task.WhenAll(book.All.Where(entry => only is null || entry.Id == only)
            .Select(entry => EndOverdueAsync(pass, entry, cancellation)))).ToDictionary(view => view.Entry.Id);
        try
        {
            // Orders are the journal's own affair: no cluster prompts a look for them.
            var system = only is null ? await circumstances.ReadSystemAsync(cancellation) : null;
            await Spreading.OverAsync(OpenRequestsAsync(pass, views, cancellation), id => LookAtAsync(pass, id, system, views));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The bindings are looked at all the same: what is overdue there ends whatever the index says.
            log.OpenRequestsUnswept(failure.Message, failure);
            metrics?.SweepFailed();
        }
        await Task.WhenAll(views.Values.Select(view => LookAtBindingsAsync(pass, view)));
        return new SweepReport(pass.At, isDryRun, [.. pass.Swept]);
    }

    /// <summary>What carries our label and is past its own end goes, before and without the journal: its facts follow.</summary>
    /// <remarks>As soon as its own cluster is read: another that hangs delays nothing here.</remarks>
    private async Task<ClusterView> EndOverdueAsync(Pass pass, ClusterEntry entry, CancellationToken cancellation)
    {
        var view = await ClusterView.ReadAsync(entry, clusters.Find(entry.Id)!, cancellation);
        await (view.Trouble is { } trouble
            ? pass.TakeAsync(new SweepFinding(FindingKind.Unreadable, entry.Id, null, null, trouble, new Remedy.LookAgain()))
            : Task.WhenAll(view.Standing!.Where(binding => IsOverdue(pass, binding)).Select(binding => pass.TakeAsync(BindingJudgement.Overdue(entry.Id, binding)))));
        return view;
    }

    /// <summary>Those of the open index, and those whose binding stands although the index does not name them: somebody may have altered it.</summary>
    private async IAsyncEnumerable<RequestId> OpenRequestsAsync(Pass pass, Dictionary<ClusterId, ClusterView> views, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var standing = views.Values.SelectMany(view => view.Standing ?? []).Where(binding => binding.Installation == book.Installation && !IsOverdue(pass, binding))
            .Select(binding => binding.Request ?? binding.Name.Request).OfType<RequestId>().ToHashSet();
        await foreach (var open in journal.ListOpenAsync(cancellation))
            if (open.Stream.Request is { } id)
            {
                standing.Remove(id);
                yield return id;
            }
        foreach (var id in standing)
            yield return id;
    }

    private async Task LookAtAsync(Pass pass, RequestId id, SystemHistory? system, Dictionary<ClusterId, ClusterView> views)
    {
        if (engine.HasUnrecordedEnd(id) && !pass.IsDryRun)
        {
            engine.Prompt(id);
            return;
        }
        var history = await engine.ReadToEndAsync(id, CancellationToken.None);
        if (history.Quarantine is { } quarantine)
            log.Quarantined(quarantine.Message);
        else if (!pass.IsDryRun)
        {
            engine.Remind(history);
            // What another process left untold is found here; it is told later, by whom it is due.
            notices?.See(history);
        }
        var state = history.State;
        if (state is not RequestState.Asked asked || views.GetValueOrDefault(asked.Terms.Cluster) is not { } view)
            return;
        view.Engineers.TryAdd($"User/{asked.Terms.Subject}", true);
        if (system?.EndOf(asked) is { } order)
        {
            await pass.TakeAsync(new SweepFinding(FindingKind.EndOrdered, view.Entry.Id, id, null, "An order to end everything covers it.", new Remedy.Submit(id, order)));
            return;
        }
        foreach (var finding in await requests.LookAsync(view, asked))
            // Of a chain that is not to be trusted only the ticket's end is believed: that needs no word of the chain's own.
            if (history.Quarantine is null || finding.Kind == FindingKind.TicketClosed)
                await pass.TakeAsync(finding);
    }

    private Task LookAtBindingsAsync(Pass pass, ClusterView view) =>
        Spreading.OverAsync((view.Standing ?? []).Where(binding => !IsOverdue(pass, binding)).ToAsyncEnumerable(), async binding =>
        {
            try
            {
                if (await bindings.LookAsync(view.Cluster, binding, view.GivesRole) is { } finding)
                    await pass.TakeAsync(finding);
            }
            catch (JournalUnavailableException away)
            {
                await pass.TakeAsync(new SweepFinding(
                    FindingKind.Unreadable, view.Entry.Id, null, binding.Name, $"its journal: {away.Message}", new Remedy.LookAgain()));
            }
        });

    private bool IsOverdue(Pass pass, StandingBinding binding) => BindingJudgement.IsOverdue(binding, book.Installation, pass.At);

    /// <summary>What one pass has found.</summary>
    private sealed record Pass(Remedies Remedies, bool IsDryRun, DateTimeOffset At)
    {
        public ConcurrentQueue<SweptFinding> Swept { get; } = new();

        public async Task TakeAsync(SweepFinding finding) => Swept.Enqueue(await Remedies.ApplyAsync(finding, IsDryRun));
    }
}
