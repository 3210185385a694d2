using System.Text;
using AksArcJit.Messaging.Events;
using CsCheck;

namespace AksArcJit.Messaging.Tests.Events;

public sealed class CloudEventReaderTests
{
    private static readonly Dictionary<string, string> Good = new()
    {
        ["specversion"] = "1.0",
        ["id"] = "e-1",
        ["source"] = "/tickets",
        ["type"] = "com.aksarcjit.ticket.closed.v1",
    };

    [Theory]
    [InlineData("specversion", null, "not-a-cloud-event")]
    [InlineData("specversion", "0.3", "unknown-version")]
    [InlineData("id", null, "bad-attribute")]
    [InlineData("id", "", "bad-attribute")]
    [InlineData("id", " ", "bad-attribute")]
    [InlineData("id", "a\u0000b", "bad-attribute")]
    [InlineData("source", null, "bad-attribute")]
    [InlineData("source", "two words", "bad-attribute")]
    [InlineData("type", null, "bad-attribute")]
    public void Binary_WhenAnAttributeIsWrong_ThenItSaysWhich(string name, string? value, string reason)
    {
        var attributes = new Dictionary<string, string>(Good);
        attributes.Remove(name);
        if (value is not null)
            attributes[name] = value;
        var bad = Assert.IsType<Parsed<CloudEvent>.Bad>(CloudEventReader.Binary(attributes, "application/json", "{}"u8.ToArray()));
        Assert.Equal(reason, bad.Unreadable.Reason);
        Assert.Contains(name, reason == "unknown-version" ? name : bad.Unreadable.Detail);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-13-01T00:00:00Z")]
    public void Binary_WhenTheTimeCannotBeRead_ThenOnlyACloseIsRead(string time)
    {
        var close = new Dictionary<string, string>(Good) { ["time"] = time };
        Assert.Null(Assert.IsType<Parsed<CloudEvent>.Of>(CloudEventReader.Binary(close, "application/json", "{}"u8.ToArray())).Value.Time);

        var open = new Dictionary<string, string>(close) { ["type"] = "com.aksarcjit.ticket.opened.v1" };
        var bad = Assert.IsType<Parsed<CloudEvent>.Bad>(CloudEventReader.Binary(open, "application/json", "{}"u8.ToArray()));
        Assert.Equal(("bad-attribute", "The attribute time is no RFC 3339 time."), (bad.Unreadable.Reason, bad.Unreadable.Detail));
    }

    // A time decides nothing, so that none is too old or too new to be read.
    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("2026-03-02T09:00:00.123+02:00")]
    public void Binary_WhenTheTimeIsAncientOrAhead_ThenItIsRead(string time) =>
        Assert.IsType<Parsed<CloudEvent>.Of>(CloudEventReader.Binary(new Dictionary<string, string>(Good) { ["time"] = time }, null, "{}"u8.ToArray()));

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("not a type")]
    [InlineData("")]
    public void Binary_WhenTheDataIsNoJson_ThenItSaysSo(string contentType) =>
        Assert.Equal("bad-attribute", Assert.IsType<Parsed<CloudEvent>.Bad>(CloudEventReader.Binary(Good, contentType, "{}"u8.ToArray())).Unreadable.Reason);

    [Theory]
    [InlineData("", "not-a-cloud-event")]
    [InlineData("hello", "not-a-cloud-event")]
    [InlineData("[]", "not-a-cloud-event")]
    [InlineData("""{"specversion":"1.0","id":"a","id":"b","source":"s","type":"t"}""", "not-a-cloud-event")]
    [InlineData("""{"specversion":1.0,"id":"a","source":"s","type":"t"}""", "bad-attribute")]
    [InlineData("""{"specversion":"1.0","id":7,"source":"s","type":"t"}""", "bad-attribute")]
    [InlineData("""{"specversion":"1.0","id":"\ud800","source":"s","type":"t"}""", "not-a-cloud-event")]
    [InlineData("""{"specversion":"1.0","id":"a","source":"s","type":"t","data_base64":"e30="}""", "bad-data")]
    public void Structured_WhenItIsNone_ThenItSaysSo(string body, string reason) =>
        Assert.Equal(reason, Assert.IsType<Parsed<CloudEvent>.Bad>(CloudEventReader.Structured(Encoding.UTF8.GetBytes(body))).Unreadable.Reason);

    [Fact]
    public void Structured_WhenBytesAreChangedAtRandom_ThenItNeverThrows()
    {
        var good = Told.Ticket("CASE-1", "e-1", 1).Structured();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 5].Sample(changes =>
        {
            var bytes = (byte[])good.Clone();
            foreach (var (at, value) in changes)
                bytes[at] = value;
            _ = CloudEventReader.Structured(bytes).Then(told => TicketEventReader.Read(told, TicketEvents.PersonOf("fuzz")));
        }, iter: 20_000);
    }
}
