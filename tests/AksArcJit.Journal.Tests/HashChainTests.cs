using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AksArcJit.TestKit;
using CsCheck;

namespace AksArcJit.Journal.Tests;

public class HashChainTests
{
    private static readonly StreamId Stream = StreamId.Of(Sample.Id(1));
    private static readonly StreamId Other = StreamId.Of(Sample.Id(2));

    [Fact]
    public void FirstDamage_WhenUntouched_ThenIsNone() =>
        Gen.Int[0, 30].Sample(length => Assert.Null(HashChain.FirstDamage(Stream, Chain(Stream, length))));

    /// <summary>Each field in turn, at each place: the first touched version is the one that is named.</summary>
    [Fact]
    public void FirstDamage_WhenARecordIsAltered_ThenNamesIt() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[0, 19], Gen.Int[0, 6]).Where(t => t.Item2 < t.Item1).Sample((length, place, field) =>
        {
            var chain = Chain(Stream, length);
            chain[place] = Altered(chain[place], field);
            Assert.Equal(place + 1, HashChain.FirstDamage(Stream, chain)?.Version);
        });

    [Fact]
    public void FirstDamage_WhenARecordIsDeleted_ThenNamesTheGap()
    {
        var chain = Chain(Stream, 5);
        chain.RemoveAt(2);
        Assert.Equal(3, HashChain.FirstDamage(Stream, chain)?.Version);
    }

    [Fact]
    public void FirstDamage_WhenTheFirstIsDeleted_ThenNamesTheGap() =>
        Assert.Equal(1, HashChain.FirstDamage(Stream, Chain(Stream, 5).Skip(1))?.Version);

    [Fact]
    public void FirstDamage_WhenARecordIsInserted_ThenNamesIt()
    {
        var chain = Chain(Stream, 5);
        chain.Insert(2, HashChain.Seal(Stream, 2, chain[1].Hash, "forged", "Kind", chain[1].At, "{}"u8.ToArray()));
        Assert.Equal(4, HashChain.FirstDamage(Stream, chain)?.Version);
    }

    [Fact]
    public void FirstDamage_WhenInsertedAndRenumbered_ThenNamesTheFirstThatDoesNotFollow()
    {
        var chain = Chain(Stream, 5);
        chain.Insert(2, HashChain.Seal(Stream, 2, chain[1].Hash, "forged", "Kind", chain[1].At, "{}"u8.ToArray()));
        for (var i = 3; i < chain.Count; i++)
            chain[i] = chain[i] with { Version = i + 1 };
        Assert.Equal(4, HashChain.FirstDamage(Stream, chain)?.Version);
    }

    [Fact]
    public void FirstDamage_WhenReordered_ThenNamesThePlace()
    {
        var chain = Chain(Stream, 5);
        (chain[1], chain[2]) = (chain[2], chain[1]);
        Assert.Equal(2, HashChain.FirstDamage(Stream, chain)?.Version);
    }

    [Fact]
    public void FirstDamage_WhenReorderedAndRenumbered_ThenNamesThePlace()
    {
        var chain = Chain(Stream, 5);
        (chain[1], chain[2]) = (chain[2] with { Version = 2 }, chain[1] with { Version = 3 });
        Assert.Equal(2, HashChain.FirstDamage(Stream, chain)?.Version);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FirstDamage_WhenSwappedWithAnotherChain_ThenNamesIt(bool relabelled)
    {
        var chain = Chain(Stream, 5);
        var other = Chain(Other, 5)[3];
        chain[3] = relabelled ? other with { Stream = Stream } : other;
        Assert.Equal(4, HashChain.FirstDamage(Stream, chain)?.Version);
    }

    [Fact]
    public void FirstDamage_WhenSealedWithAnEarlierTime_ThenNamesIt()
    {
        var chain = Chain(Stream, 3);
        chain.Add(HashChain.Seal(Stream, 3, chain[2].Hash, "f4", "Kind", chain[2].At.AddTicks(-1), "{}"u8.ToArray()));
        Assert.Equal(4, HashChain.FirstDamage(Stream, chain)?.Version);
    }

    [Theory]
    [InlineData(0, "0001-01-01")]
    [InlineData(0, "9999-12-31")]
    [InlineData(3, "9000-01-01")]
    public void FirstDamage_WhenSealedWithATimeThatNoClockShows_ThenNamesIt(int length, string day)
    {
        var chain = Chain(Stream, length);
        var at = DateTimeOffset.Parse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        chain.Add(HashChain.Seal(Stream, length, length == 0 ? HashChain.Start : chain[^1].Hash, "f", "Kind", at, "{}"u8.ToArray()));
        Assert.Equal(length + 1, HashChain.FirstDamage(Stream, chain)?.Version);
    }

    // A clock that was never set, or whose seconds ran over: wrong, and no damage.
    [Theory]
    [InlineData("1970-01-01")]
    [InlineData("2106-02-07")]
    public void FirstDamage_WhenSealedByAWrongClock_ThenIsNone(string day)
    {
        var at = DateTimeOffset.Parse(day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        Assert.Null(HashChain.FirstDamage(Stream, [HashChain.Seal(Stream, 0, HashChain.Start, "f", "Kind", at, "{}"u8.ToArray())]));
    }

    /// <summary>By hand, as README.md tells an auditor. What was ever sealed is verified for ever, so this hash never changes.</summary>
    [Fact]
    public void Hash_WhenComputedByHand_ThenIsTheReleasedOne()
    {
        const string Payload = """{"title":"Größe"}""";
        var at = Sample.Start.AddTicks(1);
        byte[] bytes =
        [
            .. Field(HashChain.Start), .. Field("ticket!CASE-1001"), .. Number(258), .. Field("a fact"), .. Field("TicketRecorded"),
            .. Number(at.UtcTicks), .. Field(Payload),
        ];
        var hash = HashChain.Hash(HashChain.Start, StreamId.Of(Sample.TicketId), 258, "a fact", "TicketRecorded", at, Encoding.UTF8.GetBytes(Payload));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), hash);
        Assert.Equal("d35e05ce480998d7eb4dbd170e347fbdabd88632d6b8c60fcc0cfe91dc709e14", hash);

        static byte[] Field(string text) => [0, 0, 0, (byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)];

        static byte[] Number(long value) => [.. BitConverter.GetBytes(value).Reverse()];
    }

    /// <summary>Without lengths, text could move from one field to the next unseen.</summary>
    [Fact]
    public void Hash_WhenTextMovesBetweenFields_ThenDiffers() =>
        Assert.NotEqual(
            HashChain.Hash(HashChain.Start, Stream, 1, "ab", "c", Sample.Start, "d"u8),
            HashChain.Hash(HashChain.Start, Stream, 1, "a", "bc", Sample.Start, "d"u8));

    [Fact]
    public void Require_WhenRecordsDoNotFollow_ThenThrows()
    {
        var chain = Chain(Stream, 3);
        Sequence.Require(Stream, 0, chain);
        Sequence.Require(Stream, 1, chain[1..]);
        Assert.Throws<ArgumentException>(() => Sequence.Require(Stream, 0, []));
        Assert.Throws<ArgumentException>(() => Sequence.Require(Stream, 0, chain[1..]));
        Assert.Throws<ArgumentException>(() => Sequence.Require(Other, 0, chain));
        Assert.Throws<ArgumentException>(() => Sequence.Require(Stream, 0, [chain[0], chain[1] with { PreviousHash = chain[2].Hash }]));
        Assert.Throws<ArgumentException>(() => Sequence.Require(Stream, 0, [chain[0] with { PreviousHash = chain[2].Hash }]));
    }

    private static List<FactRecord> Chain(StreamId stream, int length)
    {
        var chain = new List<FactRecord>();
        for (var i = 0; i < length; i++)
            chain.Add(HashChain.Seal(stream, i, i == 0 ? HashChain.Start : chain[^1].Hash, $"{stream}-{i}", "Kind", Sample.Start.AddSeconds(i),
                Encoding.UTF8.GetBytes($$"""{"number":{{i}}}""")));
        return chain;
    }

    private static FactRecord Altered(FactRecord record, int field) => field switch
    {
        0 => record with { FactId = record.FactId + "x" },
        1 => record with { Kind = "Other" },
        2 => record with { At = record.At.AddTicks(1) },
        3 => record with { Payload = "{}"u8.ToArray() },
        4 => record with { Hash = new string('f', 64) },
        5 => record with { PreviousHash = new string('f', 64) },
        _ => record with { Stream = Other },
    };
}
