using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using Azure;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>A chain's newest state, in the chain's partition and written with its facts.</summary>
/// <param name="IsDone">The chain has left the open index, or is leaving it, or may at any time: whoever appends next must enter it again first.</param>
internal sealed record HeadRow(long Version, string Hash, string State, bool IsPending, bool IsDone, ETag ETag)
{
    public const string Key = "head";

    public static TableEntity Of(Append append) => Row(
        append.Stream, append.Records[^1].Version, append.Records[^1].Hash, append.Head.State, append.Head.IsPending, append.Due is null || append.Rests);

    public TableEntity Done(StreamId stream) => Row(stream, Version, Hash, State, IsPending, true);

    public static HeadRow Read(TableEntity row) => new(
        Of(row, "Version", 0L), Of(row, "Hash", ""), Of(row, "State", ""), Of(row, "IsPending", false), Of(row, "IsDone", false), row.ETag);

    // A property of another type is somebody else's doing: the append that follows such a head meets it as a conflict.
    private static T Of<T>(TableEntity row, string name, T missing) => row.TryGetValue(name, out var value) && value is T known ? known : missing;

    private static TableEntity Row(StreamId stream, long version, string hash, string state, bool isPending, bool isDone) =>
        new(stream.Text, Key) { ["Version"] = version, ["Hash"] = hash, ["State"] = state, ["IsPending"] = isPending, ["IsDone"] = isDone };
}
