using System.Collections.Concurrent;
using AksArcJit.Lifecycle;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Functions.Requests;

/// <summary>
/// The task hub with its orchestrations, as this process reaches it. Nothing here is needed for correctness: a hint that fails is told,
/// and the sweep starts what is missing.
/// </summary>
public sealed class Hub(TimeProvider time, ILogger<Hub> log) : IHostedService, IDisposable
{
    // Each costs the host a few storage calls; more at once only queue there.
    private const int AtOnce = 16;
    private const int MostRemembered = 10_000;

    /// <summary>A removal that is tried again every few seconds tells its orchestration no more often than this.</summary>
    public static readonly TimeSpan HintInterval = TimeSpan.FromSeconds(60);

    /// <summary>How long the hub may take for one hint. Longer, and it would keep a place that others wait for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>From its beginning on; the hub keeps the history of an orchestration that is over no longer than this and a day.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    private static readonly OrchestrationRuntimeStatus[] Alive =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    private readonly ConcurrentDictionary<RequestId, DateTimeOffset> _hinted = new();
    private readonly ConcurrentDictionary<RequestId, DateTimeOffset> _told = new();
    private readonly ConcurrentDictionary<RequestId, bool> _waiting = new();
    private readonly SemaphoreSlim _places = new(AtOnce);
    private DurableTaskClient? _client;

    /// <summary>The host hands its client to invocations only; what happens between them uses the last.</summary>
    public void Meet(DurableTaskClient client) => _client = client;

    /// <summary>Has the request's orchestration look again, and starts it where there is none. Returns at once.</summary>
    /// <param name="isUrgent">False where the last hint of a minute ago will do.</param>
    public void Hint(RequestId request, bool isUrgent)
    {
        var now = time.GetUtcNow();
        if (_client is not { } client || (!isUrgent && _hinted.TryGetValue(request, out var last) && now - last < HintInterval))
            return;
        if (_hinted.Count >= MostRemembered)
            Forget(now - HintInterval);
        _hinted[request] = now;
        // One that has not begun yet will do for this one too.
        if (_waiting.TryAdd(request, true))
            _ = HintInTurnAsync(client, request);
    }

    /// <summary>
    /// Has the request's orchestration look again, because it next has to at <paramref name="at"/>. What was passed on before is not told
    /// again: the sweep comes by each minute with the same time, and each hint costs the hub an event and a durable timer.
    /// </summary>
    public void Tell(RequestId request, DateTimeOffset at)
    {
        if (_client is null || (_told.TryGetValue(request, out var told) && told == at))
            return;
        if (_told.Count >= MostRemembered)
            ForgetTold();
        _told[request] = at;
        Hint(request, isUrgent: true);
    }

    /// <summary>Starts an orchestration for each request that has none. Costs the hub a query, not a call for each.</summary>
    public async Task StartMissingAsync(IReadOnlyCollection<RequestId> open, CancellationToken cancellation)
    {
        if (_client is not { } client || open.Count == 0)
            return;
        var missing = new HashSet<string>(open.Select(request => request.Text), StringComparer.Ordinal);
        await foreach (var instance in client.GetAllInstancesAsync(new OrchestrationQuery { Statuses = Alive, PageSize = 1000 }).WithCancellation(cancellation))
            missing.Remove(instance.InstanceId);
        foreach (var request in missing)
            Hint(RequestId.Parse(request), isUrgent: true);
        if (missing.Count > 0)
            log.OrchestrationsMissing(missing.Count);
    }

    /// <summary>Removes what is over and began longer ago than <see cref="Kept"/>. An orchestration that goes on is never removed, however old.</summary>
    public async Task PurgeAsync(CancellationToken cancellation)
    {
        if (_client is not { } client)
            return;
        // The host asks for a beginning.
        var filter = new PurgeInstancesFilter(DateTimeOffset.UnixEpoch, time.GetUtcNow() - Kept, Ended);
        var purged = await client.PurgeAllInstancesAsync(filter, cancellation);
        log.HubPurged(purged.PurgedInstanceCount);
    }

    /// <summary>Ends when every hint that was given before has been passed on.</summary>
    public async Task IdleAsync(CancellationToken cancellation)
    {
        // Places are given in the order in which they were asked for.
        var taken = 0;
        try
        {
            for (; taken < AtOnce; taken++)
                await _places.WaitAsync(cancellation);
        }
        finally
        {
            if (taken > 0)
                _places.Release(taken);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => IdleAsync(cancellationToken);

    public void Dispose() => _places.Dispose();

    private async Task HintInTurnAsync(DurableTaskClient client, RequestId request)
    {
        await _places.WaitAsync();
        _waiting.TryRemove(request, out _);
        try
        {
            using var patience = new CancellationTokenSource(Patience, time);
            await PassOnAsync(client, request.Text, patience.Token);
        }
        catch (Exception failure)
        {
            // Started or ended by somebody else in between, or the hub is away. Nobody waits for this task, so nothing may end it unsaid.
            _told.TryRemove(request, out _);
            log.HintFailed(request, failure.Message);
        }
        finally
        {
            _places.Release();
        }
    }

    private static async Task PassOnAsync(DurableTaskClient client, string instance, CancellationToken cancellation)
    {
        if (await client.GetInstanceAsync(instance, cancellation) is { } known && Array.IndexOf(Alive, known.RuntimeStatus) >= 0)
            await client.RaiseEventAsync(instance, AccessRequestOrchestration.Hint, "", cancellation);
        else
            await client.ScheduleNewOrchestrationInstanceAsync(
                AccessRequestOrchestration.Name, null, new StartOrchestrationOptions(instance), cancellation);
    }

    private void Forget(DateTimeOffset before)
    {
        foreach (var old in _hinted.Where(hint => hint.Value < before).ToList())
            _hinted.TryRemove(old);
    }

    // First what has passed. Where that is not enough, everything: told twice costs the hub a little, and changes nothing.
    private void ForgetTold()
    {
        var now = time.GetUtcNow();
        foreach (var old in _told.Where(one => one.Value < now).ToList())
            _told.TryRemove(old);
        if (_told.Count >= MostRemembered)
            _told.Clear();
    }
}
