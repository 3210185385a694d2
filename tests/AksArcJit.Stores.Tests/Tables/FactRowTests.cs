using AksArcJit.Journal;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Stores.Tables;
using AksArcJit.TestKit;

namespace AksArcJit.Stores.Tests.Tables;

/// <summary>Whoever can write the table can give a column any type. It is damage of that row, which its hash tells, and of no other.</summary>
public sealed class FactRowTests
{
    private static readonly FactRecord Record = Sealed();

    /// <summary>No hash covers it: the chunks say how long the payload is.</summary>
    [Theory]
    [InlineData("many")]
    [InlineData(5L)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Read_WhenTheLengthWasAltered_ThenTheFactIsWhole(object length)
    {
        var row = FactRow.Of(Record);
        row["PayloadLength"] = length;
        Assert.Null(HashChain.FirstDamage(Record.Stream, [FactRow.Read(Record.Stream, row)]));
    }

    [Theory]
    [InlineData("FactId", 7)]
    [InlineData("Kind", true)]
    [InlineData("At", "yesterday")]
    [InlineData("At", long.MinValue)]
    [InlineData("At", long.MaxValue)]
    [InlineData("PreviousHash", 0.5)]
    [InlineData("Hash", 7L)]
    [InlineData("P0", "{}")]
    public void Read_WhenAColumnWasAltered_ThenTheRowIsDamaged(string column, object value)
    {
        var row = FactRow.Of(Record);
        row[column] = value;
        Assert.Equal(1, HashChain.FirstDamage(Record.Stream, [FactRow.Read(Record.Stream, row)])?.Version);
    }

    private static FactRecord Sealed()
    {
        var (kind, payload) = FactText.Encode(new RequestFact.GrantHeld("because"));
        return HashChain.Seal(StreamId.Of(Sample.Id(1)), 0, HashChain.Start, "a fact", kind, Sample.Start, payload);
    }
}
