using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Broker.Sweeping;

/// <summary>One cluster's part of a pass. It waits for no other cluster, and none waits for it.</summary>
public sealed class ClusterSweep(IClusters clusters, ClusterBook book, RequestSweep requests, BindingSweep bindings)
{
    /// <summary>How the cluster looks, when what is overdue there has gone. One from which nothing sensible comes back answers nothing: it takes no other with it.</summary>
    internal async Task<ClusterView> ViewAsync(SweepPass pass, ClusterEntry entry, CancellationToken cancellation)
    {
        try
        {
            return await EndOverdueAsync(pass, entry, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            await pass.TakeUnreadAsync([entry.Id], failure.Message, failure);
            return new ClusterView(
                entry, clusters.Find(entry.Id)!, new Dictionary<BindingKind, IReadOnlyList<StandingBinding>>(), new Reading<RoleRules>.Unreadable(failure.Message));
        }
    }

    /// <summary>What carries our label and is past its own end goes, before and without the journal: its facts follow.</summary>
    /// <remarks>Of each kind by itself: where one may not be listed, the other still ends.</remarks>
    private async Task<ClusterView> EndOverdueAsync(SweepPass pass, ClusterEntry entry, CancellationToken cancellation)
    {
        var cluster = clusters.Find(entry.Id)!;
        // Asked for at once, and waited for only when what is overdue has gone.
        var role = cluster.ReadRoleAsync(entry.Policy.Role, cancellation);
        var listings = await Task.WhenAll(ClusterListing.Kinds.Select(async kind => (Kind: kind, Bindings: await EndOverdueAsync(pass, entry, kind, cluster, cancellation))));
        var rules = await role;
        var unread = listings.Select(listing => (listing.Bindings as Reading<IReadOnlyList<StandingBinding>>.Unreadable)?.Reason)
            .Append((rules as Reading<RoleRules>.Unreadable)?.Reason).OfType<string>().Distinct().ToList();
        if (unread.Count > 0)
            await pass.TakeUnreadAsync([entry.Id], string.Join("; ", unread), null);
        return new ClusterView(
            entry, cluster,
            listings.Where(listing => listing.Bindings is Reading<IReadOnlyList<StandingBinding>>.Found)
                .ToDictionary(listing => listing.Kind, listing => ((Reading<IReadOnlyList<StandingBinding>>.Found)listing.Bindings).Value),
            rules);
    }

    private async Task<Reading<IReadOnlyList<StandingBinding>>> EndOverdueAsync(
        SweepPass pass, ClusterEntry entry, BindingKind kind, ICluster cluster, CancellationToken cancellation)
    {
        var listing = await cluster.ListBindingsAsync(entry.Policy.Role, kind, cancellation);
        if (listing is Reading<IReadOnlyList<StandingBinding>>.Found { Value: var standing })
            await Task.WhenAll(standing.Where(binding => IsOverdue(pass, binding)).Select(binding => pass.TakeAsync(BindingJudgement.Overdue(entry.Id, binding))));
        return listing;
    }

    /// <summary>Its open requests, then its bindings.</summary>
    internal async Task SweepAsync(SweepPass pass, SweepPass.InCluster cluster)
    {
        var view = await cluster.View;
        var id = view.Entry.Id;
        // Those whose binding stands although the index does not name them, too: somebody may have altered it.
        var unlisted = view.Bindings.Where(binding => binding.Installation == book.Installation && !IsOverdue(pass, binding))
            .Select(binding => binding.Owner).OfType<RequestId>().Distinct().Where(one => !pass.Open.ContainsKey(one));
        await pass.OverAsync([id], cluster.TakeRequests().Concat(unlisted.Select(one => (Id: one, History: (RequestHistory?)null))).ToAsyncEnumerable(), async request =>
        {
            if ((request.History ?? await requests.ReadAsync(request.Id, pass.IsDryRun)) is { } history)
                foreach (var finding in await requests.LookAsync(view, history, pass.System))
                    await pass.TakeAsync(finding);
        });
        try
        {
            await LookAtBindingsAsync(pass, view);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            await pass.TakeUnreadAsync([id], failure.Message, failure);
        }
    }

    private Task LookAtBindingsAsync(SweepPass pass, ClusterView view) =>
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
                    FindingKind.Unreadable, view.Entry.Id, null, binding.Name, $"its journal: {away.Message}", new Remedy.LookAgain(away)));
            }
        });

    private bool IsOverdue(SweepPass pass, StandingBinding binding) => BindingJudgement.IsOverdue(binding, book.Installation, pass.At);
}
