using System.Text.Json.Nodes;
using AksArcJit.Hosting;
using AksArcJit.Hosting.Options;
using AksArcJit.Journal;
using AksArcJit.Server.Options;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>What the server will not start with, and what it says then.</summary>
public sealed class StartTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Fact]
    public void Start_WhenMuchIsWrong_TellsAllOfItAtOnce()
    {
        var options = broker.Options();
        options["installation"] = "Not A Label";
        options["listen"] = "http://0.0.0.0:7480";
        options["journal"] = new JsonObject { ["kind"] = "sqlite" };
        options["notices"] = new JsonObject();
        options["consent"] = new JsonObject { ["keyFile"] = "nowhere" };
        options["clusters"]![0]!["quorum"] = 2;
        options["clusters"]![1]!["maximumDuration"] = "forever";
        options["clusters"]![1]!["approvers"]![0]!["name"] = "Ada\r\nBcc: eve@evil.example";
        options["clusters"]![2]!["approvers"] = new JsonArray();

        var refused = Refused(options, isDevelopment: false);

        foreach (var fault in new[]
        {
            "installation:", "listen:", "Journal:Sqlite:File", "notices:", "consent.keyFile:", "authentication.authority:", "authentication.audience:",
            "clusters[0].quorum:", "clusters[1].maximumDuration:", "clusters[1].approvers[0]: issuer, objectId, name and mail are one line", "clusters[2].approvers:",
        })
            Assert.Contains(fault, refused, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WithoutAnIssuer_IsRefused() => Assert.Contains("--dev", Refused(broker.Options(), isDevelopment: false), StringComparison.Ordinal);

    [Fact]
    public void Start_WithTheDevelopmentIssuerBeyondLoopback_IsRefused()
    {
        var options = broker.Options();
        options["listen"] = "http://0.0.0.0:7480";
        options["behindProxy"] = true;

        Assert.Contains("--dev", Refused(options, isDevelopment: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WithBothIssuers_IsRefused()
    {
        var options = broker.Options();
        options["authentication"] = new JsonObject { ["authority"] = "https://login.example", ["audience"] = "x" };

        Assert.Contains("exclude each other", Refused(options, isDevelopment: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WithAKubeconfigThatIsNone_IsRefused()
    {
        var options = broker.Options();
        options["clusters"]![0]!["kubeconfig"] = broker.ConfigFile;

        Assert.Contains("edge-01", Refused(options, isDevelopment: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"clusters":[{"quorum":"two"}]}""")]
    [InlineData("""{"instalation":"x"}""")]
    public void Start_WhenTheFileIsUnreadable_TellsWhere(string text) => Assert.Contains("options-", Refused(text, isDevelopment: true), StringComparison.Ordinal);

    [Fact]
    public void Start_WhenAKeyIsMisspelt_SaysSo()
    {
        var options = broker.Options();
        options["clusters"]![0]!["maximumDuratoin"] = "PT1H";
        options["bihindProxy"] = true;

        var refused = Refused(options, isDevelopment: true);

        Assert.Contains("clusters[0].maximumDuratoin:", refused, StringComparison.Ordinal);
        Assert.Contains("bihindProxy:", refused, StringComparison.Ordinal);
    }

    /// <summary>The binder drops a list's item that holds such a value, and says nothing: here a cluster, or whoever tells of closed tickets.</summary>
    [Theory]
    [InlineData("clusters[1].guardInstalled: 'yes' is not true or false.", """{"guardInstalled":"yes"}""")]
    [InlineData("clusters[1].quorum: 'two' is not a whole number.", """{"quorum":"two"}""")]
    [InlineData("clusters[1].approvers[0]: an object is read here", """{"approvers":["anna"]}""")]
    [InlineData("clusters[1].namespaces: a list is read here", """{"namespaces":"web"}""")]
    [InlineData("clusters[1].namespaces[0]: one value is read here", """{"namespaces":[{"name":"web"}]}""")]
    [InlineData("clusters[1].role: one value is read here", """{"role":["aks-service"]}""")]
    [InlineData("clusters[1]: an object is read here", null)]
    public void Start_WhenAValueIsOfAnotherKind_SaysSoAndDropsNothing(string fault, string? spoiled)
    {
        var options = broker.Options();
        if (spoiled is null)
            options["clusters"]![1] = "edge-02";
        else
            foreach (var (name, value) in JsonNode.Parse(spoiled)!.AsObject())
                options["clusters"]![1]![name] = value?.DeepClone();

        Assert.Contains(fault, Refused(options, isDevelopment: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WhenASourceOfEventsIsMistyped_SaysSo()
    {
        var options = broker.Options();
        options["events"] = new JsonObject
        {
            ["sources"] = new JsonArray(new JsonObject { ["name"] = "q", ["kind"] = "amqp", ["address"] = "amqps://mq.example", ["entity"] = "t", ["credit"] = "lots" }),
        };
        options["behindProxy"] = "yes";

        var refused = Refused(options, isDevelopment: true);

        Assert.Contains("events.sources[0].credit: 'lots' is not a whole number.", refused, StringComparison.Ordinal);
        Assert.Contains("behindProxy: 'yes' is not true or false.", refused, StringComparison.Ordinal);
    }

    /// <summary>Wherever the server was started from.</summary>
    [Theory]
    [InlineData("consent:keyFile", """{"consent":{"keyFile":"x"}}""")]
    [InlineData("journal:sqlite:file", """{"journal":{"sqlite":{"file":"x"}}}""")]
    [InlineData("notices:directory", """{"notices":{"directory":"x"}}""")]
    [InlineData("notices:smtp:passwordFile", """{"notices":{"smtp":{"passwordFile":"x"}}}""")]
    [InlineData("notices:webhook:keyFile", """{"notices":{"webhook":{"keyFile":"x"}}}""")]
    [InlineData("notices:webhook:keyFiles:1", """{"notices":{"webhook":{"keyFiles":["/x","x"]}}}""")]
    [InlineData("checkpoints:key:former:0", """{"checkpoints":{"key":{"former":["x"]}}}""")]
    [InlineData("checkpoints:anchors:webhook:secretFile", """{"checkpoints":{"anchors":{"webhook":{"secretFile":"x"}}}}""")]
    [InlineData("events:sources:0:caFile", """{"events":{"sources":[{"caFile":"x"}]}}""")]
    [InlineData("events:webhook:keys:0:keyFile", """{"events":{"webhook":{"keys":[{"keyFile":"x"}]}}}""")]
    [InlineData("events:outlets:0:keyFiles:0", """{"events":{"outlets":[{"keyFiles":["x"]}]}}""")]
    [InlineData("clusters:0:kubeconfig", """{"clusters":[{"kubeconfig":"x"}]}""")]
    public void Options_WhenAFileIsNamedRelatively_MeanTheOneBesideThem(string key, string text)
    {
        var file = Path.Combine(broker.Directory, $"options-{Guid.NewGuid():N}.json");
        File.WriteAllText(file, text);

        Assert.Equal(Path.Combine(broker.Directory, "x"), OptionsFile.Read(file)[key]);
    }

    /// <summary>Of TEST-NET-1 (RFC 5737), which is nobody's address.</summary>
    [Fact]
    public async Task Start_WhenTheAddressIsNotThisMachines_SaysSoWithoutAStackTrace()
    {
        var options = broker.Options();
        (options["listen"], options["behindProxy"]) = ("http://192.0.2.1:7480", true);
        options["authentication"] = new JsonObject { ["authority"] = "https://login.example", ["audience"] = "x" };
        options["journal"]!["sqlite"]!["file"] = $"{Guid.NewGuid():N}.db";

        var (code, words) = await ServerProcess.RunAsync(broker.Directory, options, "elsewhere");

        Assert.Equal(69, code);
        Assert.Contains("Not started: the address cannot be listened on", words, StringComparison.Ordinal);
        Assert.Contains("\"listen\"", words, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--config")]
    [InlineData("")]
    public void Arguments_WhenNotUnderstood_TellTheUsage(string argument)
    {
        Assert.False(ServerArguments.TryParse(argument.Length == 0 ? [] : [argument], null, out _, out var usage));
        Assert.Contains("Usage:", usage, StringComparison.Ordinal);
    }

    private string Refused(JsonObject options, bool isDevelopment) => Refused(options.ToJsonString(), isDevelopment);

    private string Refused(string text, bool isDevelopment)
    {
        var file = Path.Combine(broker.Directory, $"options-{Guid.NewGuid():N}.json");
        File.WriteAllText(file, text);
        return Assert.Throws<StartRefusedException>(() => ServerHost.Build(new ServerArguments(file, isDevelopment, broker.Directory))).Message;
    }
}

/// <summary>Apart, because it stops and starts the server.</summary>
public sealed class RestartTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Fact]
    public async Task Start_AfterAStop_EndsWhatCameDueMeanwhile()
    {
        var id = await broker.GrantAsync();
        await broker.UntilStateAsync(id, "Active");
        await broker.StopAsync();
        Assert.True(await broker.EngineerMayListPodsAsync("default"));

        broker.Clock.Advance(TimeSpan.FromHours(1));
        await broker.StartAsync();

        Assert.Equal("Expired", (await broker.UntilStateAsync(id, "Closed"))["cause"]!.ToString());
        Assert.False(await broker.EngineerMayListPodsAsync("default"));
    }

    [Fact]
    public async Task Start_WhileAClusterWithOpenRequestsIsMissing_IsRefused()
    {
        var id = await broker.AskAsync();
        await broker.StopAsync();
        var options = broker.Options();
        options["clusters"]!.AsArray().RemoveAt(0);
        await File.WriteAllTextAsync(broker.ConfigFile, options.ToJsonString(), TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<StartRefusedException>(broker.StartAsync);

        Assert.Contains("'edge-01'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(id, refused.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(broker.ConfigFile, broker.Options().ToJsonString(), TestContext.Current.CancellationToken);
        await broker.StartAsync();
        using var engineer = broker.As("engineer");
        await engineer.OkAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/withdraw");
    }

    /// <summary>Who starts in such a moment has others to end.</summary>
    [Fact]
    public async Task Start_WhileOneRequestCannotBeRead_TellsItAndGoesOn()
    {
        var id = await broker.AskAsync();
        await broker.StopAsync();
        broker.UnreadableAtStart = StreamId.Parse(id);

        await broker.StartAsync();

        Assert.Contains($"Request {id} is quarantined: unreadable by the test", broker.Logs.Text, StringComparison.Ordinal);
        broker.Journal.Unreadable = broker.UnreadableAtStart = null;
        using var engineer = broker.As("engineer");
        await engineer.OkAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/withdraw");
    }
}
