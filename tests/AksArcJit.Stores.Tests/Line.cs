using System.Text;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.TestKit;

namespace AksArcJit.Stores.Tests;

/// <summary>A chain under construction: what a well-behaved writer knows of it.</summary>
internal sealed class Line(StreamId stream)
{
    private static int _numbers;

    public StreamId Stream { get; } = stream;

    public List<FactRecord> Records { get; private init; } = [];

    public long Version => Records.Count;

    /// <summary>Ids that no other test uses, in ascending order of text or not: nothing may depend on it.</summary>
    public static RequestId NewId() => RequestId.FromBytes(Guid.NewGuid().ToByteArray().Concat(BitConverter.GetBytes(Interlocked.Increment(ref _numbers))).ToArray());

    public static Line NewRequest() => new(StreamId.Of(NewId()));

    /// <summary>The same chain as another writer sees it.</summary>
    public Line Copy() => new(Stream) { Records = [.. Records] };

    /// <summary>An append that follows; <see cref="Take"/> makes it part of the line.</summary>
    public Append Next(DateTimeOffset? due = null, int count = 1, string state = "Active", bool isPending = false, RequestIndex? index = null, byte[]? payload = null)
    {
        var records = new List<FactRecord>();
        for (var i = 0; i < count; i++)
            records.Add(HashChain.Seal(
                Stream, Version + i, i > 0 ? records[^1].Hash : Version > 0 ? Records[^1].Hash : HashChain.Start, NewId().Text, "GrantHeld",
                Sample.Start.AddSeconds(Version + i).AddTicks(7), payload ?? Encoding.UTF8.GetBytes($$"""{"reason":"{{Version + i}}"}""")));
        return new Append(Stream, Version, records, new Head(state, isPending), due, index);
    }

    public void Take(Append append) => Records.AddRange(append.Records);

    public async Task<Append> AppendAsync(IJournal journal, DateTimeOffset? due = null, int count = 1, string state = "Active", bool isPending = false, RequestIndex? index = null)
    {
        var append = Next(due, count, state, isPending, index);
        Assert.IsType<AppendOutcome.Appended>(await journal.AppendAsync(append, TestContext.Current.CancellationToken));
        Take(append);
        return append;
    }
}
