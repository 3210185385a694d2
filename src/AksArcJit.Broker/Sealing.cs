using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;

namespace AksArcJit.Broker;

/// <summary>
/// Turns decided facts into records that follow a chain's head. The fact id carries a seal: ten characters (50 bits) at random and sixteen
/// (80 bits) of an HMAC-SHA256 over the record's other fields and the hash before it, under the consent key, which the store never holds.
/// A hash anybody can compute; so who can write the store can forge a chain that verifies, but not one from which access is given.
/// </summary>
public sealed class Sealing(IEntropy entropy, ConsentKey key)
{
    private const int RandomLength = 10;

    public IReadOnlyList<FactRecord> Seal(StreamId stream, long version, string headHash, IEnumerable<Fact> facts, DateTimeOffset at)
    {
        var records = new List<FactRecord>();
        foreach (var fact in facts)
        {
            var (kind, payload) = FactText.Encode(fact);
            var factId = FactId(NewId().Text[..RandomLength], stream, version + 1, headHash, kind, at, payload);
            var record = HashChain.Seal(stream, version, headHash, factId, kind, at, payload);
            (version, headHash) = (record.Version, record.Hash);
            records.Add(record);
        }
        return records;
    }

    /// <summary>True where a broker with this key wrote the record, in this place of this chain.</summary>
    public bool IsOurs(FactRecord record) =>
        record.FactId.Length == RequestId.Length && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(record.FactId),
            Encoding.UTF8.GetBytes(FactId(
                record.FactId[..RandomLength], record.Stream, record.Version, record.PreviousHash, record.Kind, record.At, record.Payload.Span)));

    /// <summary>Of a chain from which access is to be given: the first record that no broker with this key wrote, one clause; null where there is none.</summary>
    public string? ForgeryIn(IEnumerable<FactRecord> records) => records.FirstOrDefault(record => !IsOurs(record)) is { } forged
        ? $"the journal's version {forged.Version} of this request ({forged.Kind}) was not written by a broker with this consent key"
        : null;

    public RequestId NewId()
    {
        Span<byte> bytes = stackalloc byte[17];
        entropy.Fill(bytes);
        return RequestId.FromBytes(bytes);
    }

    // The MAC is over the hash that the record would have with the random part alone as its id: so every other field is covered.
    private string FactId(string random, StreamId stream, long version, string previousHash, string kind, DateTimeOffset at, ReadOnlySpan<byte> payload)
    {
        var covered = HashChain.Hash(previousHash, stream, version, random, kind, at, payload);
        var mac = HMACSHA256.HashData(key.Bytes, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"fact/1;{covered}")));
        return random + RequestId.FromBytes(mac).Text[..(RequestId.Length - RandomLength)];
    }
}
