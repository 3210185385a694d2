using AksArcJit.TestKit;
using CsCheck;

namespace AksArcJit.Lifecycle.Tests;

public sealed class IdTests
{
    private static readonly Gen<byte[]> Entropy = Gen.Byte.Array[17, 40];

    public static TheoryData<string?> Malformed =>
    [
        (string?)null, "", " ", "a/b", "a\\b", "a#b", "a?b", "a\u0000b", "a\nb", "a b", "😀", "сase-1", "café", "a．b", "a\u200bb", "-a", ".a", new string('a', 10_240),
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public void TryParse_WhenTheTextIsNoId_ThenFalse(string? text)
    {
        Assert.False(TicketId.TryParse(text, out _));
        Assert.False(ClusterId.TryParse(text, out _));
        Assert.False(RequestId.TryParse(text, out _));
        Assert.False(DnsLabel.IsValid(text));
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void TryParse_WhenOneCharacterOfARequestIdIsWrong_ThenFalse(string? text)
    {
        if (text is { Length: > 0 and <= 26 })
            Assert.False(RequestId.TryParse(text + Sample.Id(1).Text[text.Length..], out _));
    }

    [Theory]
    [InlineData("CASE-1001", true, false)]
    [InlineData("edge-01", true, true)]
    [InlineData("edge-01-", true, false)]
    [InlineData("2024.A_7", true, false)]
    public void TryParse_WhenTheTextIsPlain_ThenEachIdKeepsToItsAlphabet(string text, bool ticket, bool cluster)
    {
        Assert.Equal(ticket, TicketId.TryParse(text, out _));
        Assert.Equal(cluster, ClusterId.TryParse(text, out _));
    }

    [Fact]
    public void FromBytes_WhenParsedBack_ThenItIsTheSameId() =>
        Entropy.Sample(bytes => RequestId.TryParse(RequestId.FromBytes(bytes).Text, out var id) && id == RequestId.FromBytes(bytes));

    [Fact]
    public void FromBytes_WhenOneOfTheFirst130BitsChanges_ThenTheIdChanges() => Gen.Select(Entropy, Gen.Int[0, 135]).Sample((bytes, bit) =>
    {
        var changed = bytes.ToArray();
        changed[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        return bit < 130 == (RequestId.FromBytes(changed) != RequestId.FromBytes(bytes));
    });

    [Fact]
    public void FromBytes_WhenTooShort_ThenThrows() => Assert.Throws<ArgumentOutOfRangeException>(() => RequestId.FromBytes(new byte[16]));

    [Theory]
    [InlineData("oid@https://issuer.test", true)]
    [InlineData("@issuer", false)]
    [InlineData("oid@", false)]
    [InlineData("oid", false)]
    [InlineData("o\nid@issuer", false)]
    public void Person_WhenWrittenAndRead_ThenItIsTheSame(string text, bool valid)
    {
        Assert.Equal(valid, Person.TryParse(text, out var person));
        Assert.Equal(valid ? text : null, person?.ToString());
    }
}
