using System.Text;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;

namespace AksArcJit.Benchmarks.Journal;

/// <summary>Facts of a usual size, sealed as a broker seals them.</summary>
internal static class Facts
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static int _ids;

    public static readonly byte[] Payload = Encoding.UTF8.GetBytes($$"""{"attempt":1,"reason":"{{new string('x', 400)}}"}""");

    public static RequestId NewId()
    {
        var bytes = new byte[17];
        BitConverter.TryWriteBytes(bytes.AsSpan(8), Interlocked.Increment(ref _ids));
        // Spread, as real ids are.
        Random.Shared.NextBytes(bytes.AsSpan(0, 8));
        return RequestId.FromBytes(bytes);
    }

    public static FactRecord Next(StreamId stream, long version, string hash) =>
        HashChain.Seal(stream, version, hash, NewId().Text, "GrantHeld", Start.AddSeconds(version), Payload);

    public static Append Append(FactRecord record, DateTimeOffset? due) =>
        new(record.Stream, record.Version - 1, [record], new Head("Active", false), due, null);

    public static DateTimeOffset Due => Start.AddHours(9);
}
