using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests;

public class FactTextTests
{
    [Fact]
    public void Kinds_ThenAreEveryRecordOfEveryFamily() =>
        Assert.Equal(FactSamples.Kinds.Select(type => type.Name).Order(), FactText.Kinds.Order());

    [Theory]
    [MemberData(nameof(FactSamples.Names), MemberType = typeof(FactSamples))]
    public void Decode_WhenEncoded_ThenIsTheSameFact(string kind)
    {
        var fact = FactSamples.Of(kind);
        var (written, payload) = FactText.Encode(fact);
        Assert.Equal(kind, written);
        AssertSame(fact, FactText.Decode(written, payload));
    }

    [Fact]
    public void Decode_WhenEveryVariantIsEncoded_ThenIsTheSameFact()
    {
        Assert.True(FactSamples.OutcomesAreComplete);
        foreach (var fact in FactSamples.Variants)
        {
            var (kind, payload) = FactText.Encode(fact);
            AssertSame(fact, FactText.Decode(kind, payload));
        }
    }

    /// <summary>AKSARCJIT_UPDATE=1 writes the files of new kinds.</summary>
    [Theory]
    [MemberData(nameof(FactSamples.Names), MemberType = typeof(FactSamples))]
    public void Encode_ThenMatchesTheNewestGoldenFile(string kind)
    {
        var file = Goldens(kind).LastOrDefault() ?? Path.Combine(GoldenDirectory, $"{kind}.v1.json");
        var payload = FactText.Encode(FactSamples.Of(kind)).Payload;
        if (Environment.GetEnvironmentVariable("AKSARCJIT_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, JsonNode.Parse(payload)!.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
        }
        Assert.True(File.Exists(file), $"{file} is missing; run the tests once with AKSARCJIT_UPDATE=1 and commit it.");
        var golden = File.ReadAllBytes(file);
        Assert.Equal(FactText.Encode(FactText.Decode(kind, golden)).Payload, payload);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(golden), JsonNode.Parse(payload)), $"{kind} is not written as in {file}.");
    }

    /// <summary>What a released version wrote is read for ever: a field added since has its default, and nothing else differs.</summary>
    [Theory]
    [MemberData(nameof(FactSamples.Names), MemberType = typeof(FactSamples))]
    public void Decode_WhenAnEarlierVersionWroteIt_ThenEverythingThatItSaidIsRead(string kind)
    {
        foreach (var file in Goldens(kind))
        {
            var written = JsonNode.Parse(File.ReadAllBytes(file))!;
            var read = JsonNode.Parse(FactText.Encode(FactText.Decode(kind, File.ReadAllBytes(file))).Payload)!;
            AssertHolds(written, read, file);
        }
    }

    [Fact]
    public void Decode_WhenARequestIsFromBeforeMembership_ThenItHasNone() =>
        Assert.Null(((RequestFact.AccessRequested)FactText.Decode(
            "AccessRequested", File.ReadAllBytes(Path.Combine(GoldenDirectory, "AccessRequested.v1.json")))).Request.Membership);

    [Fact]
    public void Encode_ThenIsTheDocumentedForm()
    {
        var terms = Sample.Terms(Sample.Id(1), TimeSpan.FromHours(2), new Scope.Namespace("web"));
        var text = Encoding.UTF8.GetString(FactText.Encode(new RequestFact.GrantScheduled(terms, Sample.Start.AddTicks(1).ToOffset(TimeSpan.FromHours(2)))).Payload);
        Assert.Equal(
            $$"""
            {"terms":{"request":"{{Sample.Id(1)}}","engineer":{"issuer":"https://issuer.test","objectId":"11111111-1111-1111-1111-111111111111"},"subject":"11111111-1111-1111-1111-111111111111","cluster":"edge-01","role":"aks-service","scope":{"kind":"Namespace","namespace":"web"},"startAt":null,"duration":"PT2H","rulesHash":"{{Sample.Rules.Hash}}"},"startAt":"2026-03-02T09:00:00.0000001Z"}
            """, text);
    }

    [Fact]
    public void Decode_WhenANewerVersionAddedAProperty_ThenIgnoresIt() =>
        AssertSame(
            new RequestFact.StrayBindingFound("u"),
            FactText.Decode("StrayBindingFound", """{"later":{"a":[1]},"uid":"u"}"""u8));

    [Fact]
    public void Decode_WhenTheKindIsUnknown_ThenNamesIt() =>
        Assert.Equal("AccessTeleported", Assert.Throws<UnknownFactException>(() => FactText.Decode("AccessTeleported", "{}"u8)).Kind);

    [Theory]
    [InlineData("StrayBindingFound", "")]
    [InlineData("StrayBindingFound", "null")]
    [InlineData("StrayBindingFound", "[]")]
    [InlineData("StrayBindingFound", "{}")]
    [InlineData("StrayBindingFound", """{"uid":null}""")]
    [InlineData("StrayBindingFound", """{"uid":7}""")]
    [InlineData("StrayBindingFound", """{"uid":"a"} x""")]
    [InlineData("StrayBindingFound", """{"uid":"a","uid":"b"}""")]
    [InlineData("TicketClosed", """{"id":"no/id","sequence":1,"by":{"issuer":"i","objectId":"o"}}""")]
    [InlineData("RequestCancelled", """{"cause":"Boredom","by":null,"reason":""}""")]
    [InlineData("RevocationStarted", """{"outcome":{"kind":"Ended","cause":"0"},"by":null,"reason":""}""")]
    [InlineData("RevocationStarted", """{"outcome":{"kind":"Forgotten"},"by":null,"reason":""}""")]
    [InlineData("RevocationStarted", """{"outcome":{},"by":null,"reason":""}""")]
    [InlineData("BindingObserved", """{"uid":"u","notAfter":"yesterday","reason":""}""")]
    [InlineData("BindingObserved", """{"uid":"u","notAfter":"2026-03-02T09:00:00.0000001+02:00","reason":""}""")]
    [InlineData("BindingObserved", """{"uid":"u","notAfter":"9999-12-31T23:59:59.9999999Z","reason":""}""")]
    [InlineData("BindingObserved", """{"uid":"u","notAfter":"0001-01-01T00:00:00.0000000Z","reason":""}""")]
    public void Decode_WhenThePayloadDoesNotFit_ThenThrowsFormatException(string kind, string payload) =>
        Assert.Throws<FormatException>(() => FactText.Decode(kind, Encoding.UTF8.GetBytes(payload)));

    private static void AssertSame(Fact expected, Fact actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equivalent(expected, actual, strict: true);
        Assert.Equal(FactText.Encode(expected).Payload, FactText.Encode(actual).Payload);
    }

    private static void AssertHolds(JsonNode? written, JsonNode? read, string file)
    {
        if (written is not JsonObject said)
        {
            Assert.True(JsonNode.DeepEquals(written, read), $"{read} was {written} in {file}");
            return;
        }
        var reread = Assert.IsType<JsonObject>(read);
        Assert.All(said, property => AssertHolds(property.Value, reread[property.Key], file));
        Assert.All(reread.Where(property => !said.ContainsKey(property.Key)), added => Assert.Null(added.Value));
    }

    private static string GoldenDirectory => Path.Combine(Path.GetDirectoryName(Here())!, "Golden");

    private static IEnumerable<string> Goldens(string kind) =>
        Directory.EnumerateFiles(GoldenDirectory, $"{kind}.v*.json").Order(StringComparer.Ordinal);

    private static string Here([CallerFilePath] string path = "") => path;
}
