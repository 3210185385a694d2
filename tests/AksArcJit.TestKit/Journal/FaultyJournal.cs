using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;

namespace AksArcJit.TestKit.Journal;

/// <summary>The calls of the journal port.</summary>
public enum JournalCall
{
    Read,
    Append,
    Claim,
    ListOpen,
    FindOpen,
    MarkPublished,
    Settle,
    Find,
    Check,
}

/// <summary>How a call fails; both look the same to the caller, as they do in life.</summary>
public enum JournalFault
{
    NotApplied,
    AppliedButUnknown,
}

/// <summary>A journal that is unreachable for chosen calls, before they take effect or after.</summary>
public sealed class FaultyJournal(IJournal inner) : IJournal
{
    private readonly Lock _gate = new();
    private readonly Dictionary<JournalCall, int> _calls = [];
    private readonly Dictionary<(JournalCall Call, int Number), JournalFault> _faults = [];

    /// <summary>While true, every call fails and none is applied.</summary>
    public bool IsDown { get; set; }

    /// <summary>Awaited before each call but lists and scans, so that calls meet.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>The one stream that is neither read nor appended to; null for none.</summary>
    public StreamId? Missing { get; set; }

    /// <summary>Lets the <paramref name="number"/>-th call from now on fail, counted from 1.</summary>
    public FaultyJournal Fail(JournalCall call, int number = 1, JournalFault fault = JournalFault.NotApplied)
    {
        lock (_gate)
            _faults[(call, Count(call) + number)] = fault;
        return this;
    }

    /// <summary>Calls so far, failed ones included.</summary>
    public int Count(JournalCall call)
    {
        lock (_gate)
            return _calls.GetValueOrDefault(call);
    }

    public Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation) =>
        stream == Missing ? throw Unavailable(JournalCall.Read) : CallAsync(JournalCall.Read, () => inner.ReadAsync(stream, cancellation));

    public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation) =>
        append.Stream == Missing ? throw Unavailable(JournalCall.Append) : CallAsync(JournalCall.Append, () => inner.AppendAsync(append, cancellation));

    public Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation) =>
        CallAsync(JournalCall.Claim, () => inner.ClaimPendingAsync(key, id, index, cancellation));

    public IAsyncEnumerable<JournalRow> ScanAsync(CancellationToken cancellation) => inner.ScanAsync(cancellation);

    public async IAsyncEnumerable<OpenEntry> ListOpenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var fault = Enter(JournalCall.ListOpen);
        if (fault == JournalFault.NotApplied)
            throw Unavailable(JournalCall.ListOpen);
        await foreach (var entry in inner.ListOpenAsync(cancellation))
        {
            yield return entry;
            // A list has no effect: its late fault is to break off in the middle.
            if (fault == JournalFault.AppliedButUnknown)
                throw Unavailable(JournalCall.ListOpen);
        }
        if (fault == JournalFault.AppliedButUnknown)
            throw Unavailable(JournalCall.ListOpen);
    }

    public Task SettleAsync(StreamId stream, long version, CancellationToken cancellation) =>
        CallAsync(JournalCall.Settle, async () =>
        {
            await inner.SettleAsync(stream, version, cancellation);
            return true;
        });

    public Task<OpenEntry?> FindOpenAsync(StreamId stream, CancellationToken cancellation) =>
        CallAsync(JournalCall.FindOpen, () => inner.FindOpenAsync(stream, cancellation));

    public Task MarkPublishedAsync(StreamId stream, IReadOnlyDictionary<string, long> upTo, CancellationToken cancellation) =>
        CallAsync(JournalCall.MarkPublished, async () =>
        {
            await inner.MarkPublishedAsync(stream, upTo, cancellation);
            return true;
        });

    public Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation) =>
        CallAsync(JournalCall.Find, () => inner.FindAsync(query, cancellation));

    public Task CheckAsync(CancellationToken cancellation) =>
        CallAsync(JournalCall.Check, async () =>
        {
            await inner.CheckAsync(cancellation);
            return true;
        });

    private async Task<T> CallAsync<T>(JournalCall call, Func<Task<T>> forward)
    {
        var fault = Enter(call);
        if (fault == JournalFault.NotApplied)
            throw Unavailable(call);
        if (Before is { } pause)
            await pause();
        var answer = await forward();
        return fault == JournalFault.AppliedButUnknown ? throw Unavailable(call) : answer;
    }

    private JournalFault? Enter(JournalCall call)
    {
        lock (_gate)
        {
            var number = _calls[call] = Count(call) + 1;
            return IsDown ? JournalFault.NotApplied
                : _faults.Remove((call, number), out var fault) ? fault
                : null;
        }
    }

    private static JournalUnavailableException Unavailable(JournalCall call) => new($"Injected fault: {call} had no answer.");
}
