using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Broker.Tests;

/// <summary>Shortcuts to a state.</summary>
internal static class Lifecycles
{
    public static async Task<RequestId> AskAsync(this World world, string key = "key-1", TimeSpan? duration = null, Scope? scope = null, DateTimeOffset? startAt = null)
    {
        await world.OpenTicketAsync();
        return Assert.IsType<Submission.Recorded>(await world.Broker.AskAsync(key, duration ?? TimeSpan.FromMinutes(30), scope, startAt)).History.Id;
    }

    public static async Task<RequestId> GrantAsync(this World world, string key = "key-1", TimeSpan? duration = null, Scope? scope = null)
    {
        var id = await world.AskAsync(key, duration, scope);
        Assert.IsType<ConsentResult.Decided>(await world.Broker.ApproveAsync(id, Sample.Approver));
        Assert.IsType<RequestState.Active>(await world.Broker.StateAsync(id));
        return id;
    }

    public static async Task AssertEndedAsync(this World world, RequestId id, EndCause cause)
    {
        var closed = Assert.IsType<RequestState.Closed>(await world.Broker.StateAsync(id));
        Assert.Equal(new Outcome.Ended(cause), closed.Outcome);
        Assert.Empty(world.Cluster.Bindings);
    }
}
