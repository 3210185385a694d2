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
using AksArcJit.Lifecycle.Roles;
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

    // A pass leaves time to what comes after it in its minute, and does not wait for clusters where the journal alone says what is to end.
    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // Histories in memory for each cluster; of more, the journals are read again.
    private const int MostHeld = 1000;

    private readonly Dictionary<ClusterId, Task> _underWay = [];
    private int _isPassing;

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                // Counted from the beginning: a cluster that hangs must not put off the next look at all others.
                var begun = time.GetTimestamp();
                await PassAsync(stop);
                if (Interval - time.GetElapsedTime(begun) is var left && left > TimeSpan.Zero)
                    await Task.Delay(left, time, stop);
            }
        }
        finally
        {
            await Task.WhenAll(_underWay.Values);
        }
    }

    /// <summary>
    /// The pass of a minute: returns when every cluster is swept, or before the next pass is due. A cluster that hangs, or answers slowly for
    /// ever, is left to come to its end by itself, and no pass looks at it meanwhile: the others' go on. At once where a pass is being made already.
    /// </summary>
    public async Task PassAsync(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _isPassing, 1) == 1)
            return;
        try
        {
            foreach (var (id, _) in _underWay.Where(cluster => cluster.Value.IsCompleted).ToList())
                _underWay.Remove(id);
            var pass = Begin(book.All.Where(entry => !_underWay.ContainsKey(entry.Id)), isDryRun: false, stop);
            foreach (var (id, cluster) in pass.Clusters)
                _underWay.Add(id, cluster.View);
            await ReadOpenAsync(pass, ordersToo: true, stop);
            foreach (var (id, cluster) in pass.Clusters)
                _underWay[id] = SweepAsync(pass, cluster);
            await Task.WhenAny(Task.WhenAll(_underWay.Values), Task.Delay(LongestStay, time, stop));
        }
        finally
        {
            Volatile.Write(ref _isPassing, 0);
        }
    }

    public Task<SweepReport> SweepAsync(CancellationToken cancellation) => SweepAsync(null, isDryRun: false, cancellation);

    /// <summary>One pass. What does not answer is told, and swept again with the next pass.</summary>
    /// <remarks>Each cluster is attended to as soon as it is read: another that hangs delays nothing here.</remarks>
    /// <param name="only">Null for every cluster.</param>
    /// <param name="isDryRun">Changes nothing: neither cluster nor journal, and nobody is told.</param>
    public async Task<SweepReport> SweepAsync(ClusterId? only, bool isDryRun, CancellationToken cancellation)
    {
        var pass = Begin(book.All.Where(entry => only is null || entry.Id == only), isDryRun, cancellation);
        // Orders are the journal's own affair: no cluster prompts a look for them.
        await ReadOpenAsync(pass, ordersToo: only is null, cancellation);
        await Task.WhenAll(pass.Clusters.Values.Select(cluster => SweepAsync(pass, cluster)));
        return new SweepReport(pass.At, isDryRun, [.. pass.Swept]);
    }

    private Pass Begin(IEnumerable<ClusterEntry> entries, bool isDryRun, CancellationToken cancellation)
    {
        var pass = new Pass(remedies, isDryRun, time.GetUtcNow());
        foreach (var entry in entries)
            pass.Clusters.Add(entry.Id, new ClusterPass(ViewAsync(pass, entry, cancellation)));
        return pass;
    }

    /// <summary>What the journal alone says: orders, and which open requests each cluster is to be asked about. Waits for no cluster but the first that is listed.</summary>
    private async Task ReadOpenAsync(Pass pass, bool ordersToo, CancellationToken cancellation)
    {
        // One listed is enough to begin with: of a cluster that answers, each journal is read once, and after its bindings.
        if (pass.Clusters.Count > 0)
            await Task.WhenAny([Task.Delay(LongestWait, time, cancellation), .. pass.Clusters.Values.Select(cluster => cluster.View)]);
        pass.System = ordersToo ? await circumstances.ReadSystemAsync(cancellation) : null;
        if (ordersToo && pass.System is null)
            TellUnread(pass, pass.Clusters.Keys, "The orders to pause or end access could not be read.", null);
        await LookAtRequestsAsync(pass, pass.Clusters.Keys, OpenRequestsAsync(pass, cancellation), id => SortAsync(pass, id));
    }

    /// <summary>A cluster from which nothing sensible comes back is seen as one that answers nothing: it takes no other with it.</summary>
    private async Task<ClusterView> ViewAsync(Pass pass, ClusterEntry entry, CancellationToken cancellation)
    {
        try
        {
            return await EndOverdueAsync(pass, entry, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            TellUnread(pass, [entry.Id], failure.Message, failure);
            return new ClusterView(
                entry, clusters.Find(entry.Id)!, new Dictionary<BindingKind, IReadOnlyList<StandingBinding>>(), new Reading<RoleRules>.Unreadable(failure.Message));
        }
    }

    // What was not seen is no "nothing found": it is part of the answer.
    private void TellUnread(Pass pass, IEnumerable<ClusterId> clusters, string what, Exception? failure)
    {
        foreach (var cluster in clusters)
            pass.Swept.Enqueue(new SweptFinding(new SweepFinding(FindingKind.Unreadable, cluster, null, null, what, new Remedy.LookAgain()), Remedies.Later));
        if (pass.IsDryRun)
            return;
        foreach (var cluster in clusters)
            log.SweepFailed(cluster, what, failure);
        metrics?.SweepFailed();
    }

    /// <summary>What carries our label and is past its own end goes, before and without the journal: its facts follow.</summary>
    /// <remarks>Of each kind by itself: where one may not be listed, the other still ends.</remarks>
    private async Task<ClusterView> EndOverdueAsync(Pass pass, ClusterEntry entry, CancellationToken cancellation)
    {
        var cluster = clusters.Find(entry.Id)!;
        // Asked for at once, and waited for only when what is overdue has gone.
        var role = cluster.ReadRoleAsync(entry.Policy.Role, cancellation);
        var listings = await Task.WhenAll(ClusterListing.Kinds.Select(async kind => (Kind: kind, Bindings: await EndOverdueAsync(pass, entry, kind, cluster, cancellation))));
        var rules = await role;
        var unread = listings.Select(listing => (listing.Bindings as Reading<IReadOnlyList<StandingBinding>>.Unreadable)?.Reason)
            .Append((rules as Reading<RoleRules>.Unreadable)?.Reason).OfType<string>().Distinct().ToList();
        if (unread.Count > 0)
            TellUnread(pass, [entry.Id], string.Join("; ", unread), null);
        return new ClusterView(
            entry, cluster,
            listings.Where(listing => listing.Bindings is Reading<IReadOnlyList<StandingBinding>>.Found)
                .ToDictionary(listing => listing.Kind, listing => ((Reading<IReadOnlyList<StandingBinding>>.Found)listing.Bindings).Value),
            rules);
    }

    private async Task<Reading<IReadOnlyList<StandingBinding>>> EndOverdueAsync(
        Pass pass, ClusterEntry entry, BindingKind kind, ICluster cluster, CancellationToken cancellation)
    {
        var listing = await cluster.ListBindingsAsync(entry.Policy.Role, kind, cancellation);
        if (listing is Reading<IReadOnlyList<StandingBinding>>.Found { Value: var standing })
            await Task.WhenAll(standing.Where(binding => IsOverdue(pass, binding)).Select(binding => pass.TakeAsync(BindingJudgement.Overdue(entry.Id, binding))));
        return listing;
    }

    private async IAsyncEnumerable<RequestId> OpenRequestsAsync(Pass pass, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var open in journal.ListOpenAsync(cancellation))
            if (open.Stream.Request is { } id && pass.Open.TryAdd(id, true))
                yield return id;
    }

    private async Task LookAtRequestsAsync<T>(Pass pass, IEnumerable<ClusterId> clusters, IAsyncEnumerable<T> requests, Func<T, Task> look)
    {
        try
        {
            await Spreading.OverAsync(requests, look);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The bindings are looked at all the same: what is overdue there ends whatever the index says.
            TellUnread(pass, clusters, $"Not all open requests could be looked at: {failure.Message}", failure);
        }
    }

    /// <summary>One of the open index. Where its cluster was not listed yet its journal is read again when it is.</summary>
    private async Task SortAsync(Pass pass, RequestId id)
    {
        var listed = pass.Clusters.Values.Where(one => one.View.IsCompleted).ToHashSet();
        if (await ReadAsync(pass, id) is not { State: RequestState.Asked asked } history || !pass.Clusters.TryGetValue(asked.Terms.Cluster, out var cluster))
            return;
        cluster.Requests.Enqueue((id, listed.Contains(cluster) && cluster.Requests.Count < MostHeld ? history : null));
    }

    /// <summary>All that waits for this cluster, and for no other: its open requests, then its bindings.</summary>
    private async Task SweepAsync(Pass pass, ClusterPass cluster)
    {
        var view = await cluster.View;
        var id = view.Entry.Id;
        // Those whose binding stands although the index does not name them, too: somebody may have altered it.
        var unlisted = view.Bindings.Where(binding => binding.Installation == book.Installation && !IsOverdue(pass, binding))
            .Select(binding => binding.Request ?? binding.Name.Request).OfType<RequestId>().Distinct().Where(one => !pass.Open.ContainsKey(one));
        await LookAtRequestsAsync(pass, [id], cluster.TakeRequests().Concat(unlisted.Select(one => (Id: one, History: (RequestHistory?)null))).ToAsyncEnumerable(), async request =>
        {
            if ((request.History ?? await ReadAsync(pass, request.Id)) is { } history)
                await LookAtAsync(pass, history, view);
        });
        try
        {
            await LookAtBindingsAsync(pass, view);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            TellUnread(pass, [id], failure.Message, failure);
        }
    }

    /// <returns>Null where there is nothing to look at: its end is carried out already.</returns>
    private async Task<RequestHistory?> ReadAsync(Pass pass, RequestId id)
    {
        if (engine.HasUnrecordedEnd(id) && !pass.IsDryRun)
        {
            engine.Prompt(id);
            return null;
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
        return history;
    }

    private async Task LookAtAsync(Pass pass, RequestHistory history, ClusterView view)
    {
        if (history.State is not RequestState.Asked asked || asked.Terms.Cluster != view.Entry.Id)
            return;
        view.Engineers.TryAdd($"User/{asked.Terms.Subject}", true);
        if (pass.System?.EndOf(asked) is { } order)
        {
            await pass.TakeAsync(new SweepFinding(FindingKind.EndOrdered, view.Entry.Id, history.Id, null, "An order to end everything covers it.", new Remedy.Submit(history.Id, order)));
            return;
        }
        foreach (var finding in await requests.LookAsync(view, asked))
            // Of a chain that is not to be trusted only the ticket's end is believed: that needs no word of the chain's own.
            if (history.Quarantine is null || finding.Kind == FindingKind.TicketClosed)
                await pass.TakeAsync(finding);
    }

    private Task LookAtBindingsAsync(Pass pass, ClusterView view) =>
        Spreading.OverAsync(view.Bindings.Where(binding => !IsOverdue(pass, binding)).ToAsyncEnumerable(), async binding =>
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
        public Dictionary<ClusterId, ClusterPass> Clusters { get; } = [];

        /// <summary>Orders to end everything; null where they cannot be read, or are not asked about.</summary>
        public SystemHistory? System { get; set; }

        public ConcurrentDictionary<RequestId, bool> Open { get; } = new();

        public ConcurrentQueue<SweptFinding> Swept { get; } = new();

        public async Task TakeAsync(SweepFinding finding) => Swept.Enqueue(await Remedies.ApplyAsync(finding, IsDryRun));
    }

    private sealed record ClusterPass(Task<ClusterView> View)
    {
        /// <summary>Open requests to look at; with what their journals said, where that was read after the bindings.</summary>
        public ConcurrentQueue<(RequestId Id, RequestHistory? History)> Requests { get; } = new();

        /// <summary>Each once: what was looked at is kept no longer.</summary>
        public IEnumerable<(RequestId Id, RequestHistory? History)> TakeRequests()
        {
            while (Requests.TryDequeue(out var request))
                yield return request;
        }
    }
}
