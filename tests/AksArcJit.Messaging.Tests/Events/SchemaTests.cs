using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.Messaging.Events;
using CsCheck;
using NJsonSchema;

namespace AksArcJit.Messaging.Tests.Events;

/// <summary>The committed schemas and the reader say the same, and the AsyncAPI document speaks of both.</summary>
public sealed class SchemaTests
{
    private const string Prefix = "com.aksarcjit.ticket.";
    private static readonly Person By = new("urn:test", "test");
    private static readonly JsonSchema Told = JsonSchema.FromJsonAsync(File.ReadAllText(At("ticket-told.v1.schema.json"))).GetAwaiter().GetResult();
    private static readonly JsonSchema Closed = JsonSchema.FromJsonAsync(File.ReadAllText(At("ticket-closed.v1.schema.json"))).GetAwaiter().GetResult();

    private static readonly Gen<JsonNode?> AnyValue = Pick<Func<JsonNode?>>(
        () => null, () => true, () => 1, () => -1, () => 0, () => long.MaxValue, () => "", () => " ", () => "a", () => "A", () => "Active", () => "Closed", () => "active",
        () => "edge-01", () => "-edge", () => "CASE-1001", () => "CASE/1", () => "..", () => "ticket!1", () => "person@issuer", () => "person", () => "@issuer", () => "a@b c",
        () => new string('x', 64), () => new string('x', 65), () => new string('x', 256), () => new string('x', 257), () => new string('x', 2001),
        () => "a@" + new string('x', 511), () => new JsonArray(), () => new JsonArray("edge-01"), () => new JsonArray("edge-01", "edge-01"), () => new JsonArray("a@b"),
        () => new JsonArray("a@b", "a@b"), () => new JsonArray(1), () => new JsonArray("Edge"), () => new JsonObject(), () => "zwei Wörter \u202e", () => "\ud83d\ude00")
        .Select(make => make());

    private static readonly Gen<(string Name, JsonNode? Value)> Change = Gen.Select(
        Pick("ticketId", "customer", "clusterIds", "title", "severity", "assignees", "status", "sequence", "other"), AnyValue, (name, value) => (name, value));

    [Theory]
    [InlineData("opened")]
    [InlineData("closed")]
    public void TheReader_WhenDataIsChangedAtRandom_ThenItAcceptsExactlyWhatTheSchemaAccepts(string verb) =>
        Gen.Select(Change.Array[0, 3], Pick("", "ticketId", "title", "status", "clusterIds", "assignees")).Sample(((string Name, JsonNode? Value)[] changes, string removed) =>
        {
            var data = Sample(verb);
            data.Remove(removed);
            foreach (var (name, value) in changes)
                data[name] = value?.DeepClone();
            var text = data.ToJsonString();
            var faults = (verb == "closed" ? Closed : Told).Validate(text);
            var isRead = TicketEventReader.Read(Event(verb, text), By) is Parsed<TicketSignal>.Of;
            Assert.True(isRead == (faults.Count == 0), $"read: {isRead}; the schema says {string.Join(", ", faults)} of {text}");
        }, iter: 5000);

    [Theory]
    [InlineData("{\"ticketId\":\"CASE-1\\n\"}")]
    [InlineData("{\"ticketId\":\"CASE-1\",\"ticketId\":\"CASE-2\"}")]
    [InlineData("{\"ticketId\":\"CASE-1\",\"sequence\":1e3000}")]
    [InlineData("{\"ticketId\":\"\\ud800\"}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{")]
    public void TheReader_WhenDataIsNoSuchObject_ThenItSaysSo(string text) =>
        Assert.Equal(Unreadable.BadData, Assert.IsType<Parsed<TicketSignal>.Bad>(TicketEventReader.Read(Event("closed", text), By)).Unreadable.Reason);

    [Fact]
    public void Words_WhenTheyHideOrReorder_ThenTheyAreShownPlain()
    {
        var data = Sample("opened");
        data["title"] = " Pods\u202e restart\u0007\r\nhourly ";
        var report = (TicketSignal.Report)Assert.IsType<Parsed<TicketSignal>.Of>(TicketEventReader.Read(Event("opened", data.ToJsonString()), By)).Value;
        Assert.Equal("Pods\ufffd restart\ufffd\nhourly", report.Ticket.Title);
    }

    [Fact]
    public void TheAsyncApiDocument_WhenItsExamplesAreHeard_ThenEachIsReadAndFollowsItsSchema()
    {
        var document = JsonNode.Parse(File.ReadAllText(At("asyncapi.v1.json")))!;
        Assert.Equal("3.0.0", (string)document["asyncapi"]!);
        var heard = document["channels"]!["tickets"]!["messages"]!.AsObject().Select(message => message.Key).ToList();
        Assert.Equal(["closed", "opened", "reassigned", "updated"], heard.Order());
        foreach (var verb in heard)
        {
            var message = document["components"]!["messages"]![verb]!;
            var schema = At((string)message["payload"]!["schema"]!["$ref"]!);
            Assert.Equal(verb == "closed" ? At("ticket-closed.v1.schema.json") : At("ticket-told.v1.schema.json"), schema);
            var example = message["examples"]![0]!;
            var payload = example["payload"]!.ToJsonString();
            Assert.Empty((verb == "closed" ? Closed : Told).Validate(payload));
            var attributes = example["headers"]!.AsObject().ToDictionary(one => one.Key, one => (string)one.Value!);
            Assert.Equal($"{Prefix}{verb}.v1", attributes["type"]);
            var read = CloudEventReader.Binary(attributes, "application/json", Encoding.UTF8.GetBytes(payload)).Then(told => TicketEventReader.Read(told, By));
            Assert.True(read is Parsed<TicketSignal>.Of, $"{verb}: {read}");
        }
    }

    private static Gen<T> Pick<T>(params T[] from) => Gen.Int[0, from.Length - 1].Select(i => from[i]);

    private static JsonObject Sample(string verb) => verb == "closed"
        ? new JsonObject { ["ticketId"] = "CASE-1001", ["sequence"] = 4 }
        : Messaging.Tests.Told.Ticket("CASE-1001", "e-1", 1).Data;

    private static CloudEvent Event(string verb, string data) => new("e-1", "https://tickets.test/", $"{Prefix}{verb}.v1", null, Encoding.UTF8.GetBytes(data));

    private static string At(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "src", "AksArcJit.Contracts", "Events", name));
}
