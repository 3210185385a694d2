using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Contracts.Events;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Messaging.Outlets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using NJsonSchema;

namespace AksArcJit.Messaging.Tests.Outlets;

/// <summary>What is sent, the committed schemas and the AsyncAPI document say the same.</summary>
public sealed class BrokerEventSchemaTests
{
    private static readonly JsonNode Document = JsonNode.Parse(File.ReadAllText(At("asyncapi.v1.json")))!;
    private static readonly string[] Types = [.. typeof(BrokerEventTypes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];

    [Fact]
    public async Task EveryEvent_WhenWritten_ThenFollowsTheSchemaOfItsTypeAndHoldsNobodysWords()
    {
        var request = await RequestAsync();
        var written = EventSamples.All(request).Select(new EventWriter("test").Write).ToList();
        Assert.Equal(Types.Order(StringComparer.Ordinal), written.Select(told => told.Type).Distinct().Order(StringComparer.Ordinal));
        foreach (var told in written)
        {
            var data = Encoding.UTF8.GetString(told.Data);
            var faults = (await SchemaOfAsync(told.Type)).Validate(data);
            Assert.True(faults.Count == 0, $"{told.Type}: {string.Join(", ", faults)} in {data}");
            foreach (var words in new[] { request.Justification, "words of a person", "fine", "looked myself", "breach", "audit", request.Approvers[0].SecretHash })
                Assert.DoesNotContain(words, data, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TheAsyncApiDocument_ThenNamesEveryTypeWithAnExampleThatFollowsItsSchema()
    {
        var named = Document["channels"]!["outlets"]!["messages"]!.AsObject().Select(message => Document["components"]!["messages"]![message.Key]!).ToList();
        Assert.Equal(Types.Order(StringComparer.Ordinal), named.Select(message => (string)message["name"]!).Order(StringComparer.Ordinal));
        foreach (var message in named)
        {
            var example = message["examples"]![0]!;
            Assert.Equal((string)message["name"]!, (string)example["headers"]!["type"]!);
            Assert.Empty((await SchemaOfAsync((string)message["name"]!)).Validate(example["payload"]!.ToJsonString()));
        }
    }

    private static async Task<AccessRequest> RequestAsync()
    {
        var world = new World();
        await world.OpenTicketAsync();
        var asked = Assert.IsType<Broker.Requests.Submission.Recorded>(await world.Broker.AskAsync("key", TimeSpan.FromMinutes(30)));
        return ((RequestState.Asked)asked.History.State).Request with { Continues = Sample.Id(7) };
    }

    private static async Task<JsonSchema> SchemaOfAsync(string type)
    {
        var message = Document["components"]!["messages"]!.AsObject().Single(message => (string)message.Value!["name"]! == type).Value!;
        return await JsonSchema.FromJsonAsync(await File.ReadAllTextAsync(At((string)message["payload"]!["schema"]!["$ref"]!)));
    }

    private static string At(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "src", "AksArcJit.Contracts", "Events", name));
}
