using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;

namespace AksArcJit.Broker;

/// <summary>Turns decided facts into records that follow a chain's head.</summary>
public sealed class Sealing(IEntropy entropy)
{
    public IReadOnlyList<FactRecord> Seal(StreamId stream, long version, string headHash, IEnumerable<Fact> facts, DateTimeOffset at)
    {
        var records = new List<FactRecord>();
        foreach (var fact in facts)
        {
            var (kind, payload) = FactText.Encode(fact);
            var record = HashChain.Seal(stream, version, headHash, NewId().Text, kind, at, payload);
            (version, headHash) = (record.Version, record.Hash);
            records.Add(record);
        }
        return records;
    }

    public RequestId NewId()
    {
        Span<byte> bytes = stackalloc byte[17];
        entropy.Fill(bytes);
        return RequestId.FromBytes(bytes);
    }
}
