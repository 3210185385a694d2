using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Broker.Ports;
using AksArcJit.Cli;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Server.Tests.Harness;
using Microsoft.Data.Sqlite;

namespace AksArcJit.Server.Tests;

/// <summary>What the broker streams to auditors, and what their own tool makes of it.</summary>
public sealed class AuditTests(CheckpointedHarness broker) : IClassFixture<CheckpointedHarness>
{
    [Theory]
    [InlineData("/api/v1/journal")]
    [InlineData("/api/v1/checkpoints")]
    public async Task Streams_ForAnybodyButAuditors_AreClosed(string path)
    {
        foreach (var who in new[] { "engineer", "approver", "operator", "ticketSystem" })
        {
            using var other = broker.As(who);
            Assert.Equal(403, (await other.SendAsync(HttpMethod.Get, path)).Status);
        }
        using var nobody = new Api(broker.Client(null));
        Assert.Equal(401, (await nobody.SendAsync(HttpMethod.Get, path)).Status);
    }

    [Theory]
    [InlineData("/api/v1/journal?ticket=a%20b")]
    [InlineData("/api/v1/journal?engineer=nobody")]
    [InlineData("/api/v1/journal?after=soon")]
    [InlineData("/api/v1/checkpoints?from=0")]
    [InlineData("/api/v1/checkpoints?from=x")]
    public async Task Streams_WithAFilterThatIsNone_RefuseIt(string path)
    {
        using var auditor = broker.As("auditor");
        Assert.Equal(400, (await auditor.SendAsync(HttpMethod.Get, path)).Status);
    }

    [Fact]
    public async Task Journal_Filtered_HoldsThoseRequestsWholeAndSaysThatItIsASelection()
    {
        var ticket = await broker.OpenTicketAsync();
        var id = await broker.AskAsync(ticket);
        await broker.AskAsync();
        using var auditor = broker.As("auditor");

        var lines = Lines(await auditor.SendAsync(HttpMethod.Get, $"/api/v1/journal?ticket={ticket}"));

        Assert.Equal([$"ticket!{ticket}", id], lines.SkipLast(1).Select(line => line["stream"]!.ToString()).Distinct());
        Assert.Equal((lines.Count - 1, false), ((int)lines[^1]["end"]!["facts"]!, (bool)lines[^1]["end"]!["whole"]!));
        Assert.Equal(1, (int)lines.First(line => line["stream"]!.ToString() == id)["version"]!);
    }

    [Fact]
    public async Task Journal_WhenTheStoreFailsOnTheWay_BreaksOffWithoutAnEnd()
    {
        broker.Journal.Scanned = FailingAsync();
        try
        {
            using var http = broker.Client(broker.Token("auditor"));
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetStringAsync("/api/v1/journal", TestContext.Current.CancellationToken));

            var (code, text) = await AuditAsync("verify");
            Assert.True(code == ExitCodes.Failed, text);
            Assert.Contains("before its end", text, StringComparison.Ordinal);
        }
        finally
        {
            broker.Journal.Scanned = null;
        }
    }

    [Fact]
    public async Task Journal_WhenTheStoreIsAway_IsAProblem()
    {
        broker.Journal.IsDown = true;
        try
        {
            using var auditor = broker.As("auditor");
            Assert.Equal(503, (await auditor.SendAsync(HttpMethod.Get, "/api/v1/journal")).Status);
            Assert.Equal(ExitCodes.Failed, (await AuditAsync("verify")).Code);
        }
        finally
        {
            broker.Journal.IsDown = false;
        }
    }

    /// <summary>The whole way: access is given, a checkpoint follows, the auditor's tool finds all sound; then a row is edited in the file.</summary>
    [Fact]
    public async Task Verify_OverHttp_IsCleanThenNamesTheEditedRowThenCannotReachTheBroker()
    {
        await using var own = new CheckpointedHarness();
        await own.InitializeAsync();
        var id = await own.GrantAsync();
        await own.UntilStateAsync(id, "Active");
        await CheckpointedAsync(own, id);

        var (clean, said) = await AuditAsync(own, "verify", "--anchor", own.Anchor, "--key", own.PublicKey);
        Assert.True(clean == ExitCodes.Done, said);
        Assert.Contains("anchored up to checkpoint", said, StringComparison.Ordinal);
        var (shown, timeline) = await AuditAsync(own, "show", id);
        Assert.True(shown == ExitCodes.Done, timeline);

        var export = Path.Combine(own.Directory, "export.ndjson");
        var (exported, told) = await AuditAsync(own, "export", "--out", export);
        Assert.True(exported == ExitCodes.Done, told);
        Assert.Equal(ExitCodes.Done, (await AuditAsync(own, "verify", export, "--key", own.PublicKey)).Code);

        var bundle = Path.Combine(own.Directory, "evidence.zip");
        var (fetched, where) = await AuditAsync(own, "bundle", id, "--out", bundle);
        Assert.True(fetched == ExitCodes.Done, where);
        var (sound, verdict) = await AuditAsync(own, "verify", bundle, "--key", own.PublicKey, "--anchor", own.Anchor);
        Assert.True(sound == ExitCodes.Done, verdict);

        Edit(own.Database, id, 2);
        var (damaged, damage) = await AuditAsync(own, "verify", "--anchor", own.Anchor, "--key", own.PublicKey);
        Assert.True(damaged == ExitCodes.Damaged, damage);
        Assert.Contains($"DAMAGE  request {id}, row 2: value edited.", damage, StringComparison.Ordinal);
        Assert.Single(damage.Split('\n'), line => line.StartsWith("DAMAGE", StringComparison.Ordinal));

        await own.StopAsync();
        Assert.Equal(ExitCodes.Failed, (await AuditAsync(own, "verify")).Code);
    }

    private Task<(int Code, string Text)> AuditAsync(params string[] args) => AuditAsync(broker, args);

    private static async Task<(int Code, string Text)> AuditAsync(BrokerHarness broker, params string[] args)
    {
        using var text = new StringWriter();
        using var bytes = new MemoryStream();
        var code = await CommandLine.RunAsync(["audit", .. args], new Surroundings(text, text, bytes,
            name => name switch { "AKSARCJIT_SERVER" => broker.Url.ToString(), "AKSARCJIT_TOKEN" => broker.Token("auditor"), _ => null }), TestContext.Current.CancellationToken);
        return (code, text.ToString());
    }

    /// <summary>Polls until a checkpoint holds the newest row of the request, and is anchored; fails after 20 s of wall time.</summary>
    private static async Task CheckpointedAsync(CheckpointedHarness broker, string id)
    {
        using var auditor = broker.As("auditor");
        for (var attempt = 0; attempt < 400; attempt++)
        {
            var rows = Lines(await auditor.SendAsync(HttpMethod.Get, "/api/v1/journal")).Count(line => line["stream"]?.ToString() == id);
            var checkpoints = Lines(await auditor.SendAsync(HttpMethod.Get, "/api/v1/checkpoints"));
            var held = checkpoints.SelectMany(line => line["leaves"]?.AsArray() ?? []).Where(leaf => leaf![0]!.ToString() == id).Select(leaf => (int)leaf![1]!).DefaultIfEmpty(0).Max();
            if (held == rows && Anchored(broker) >= checkpoints.Count - 1)
                return;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        Assert.Fail("No checkpoint in time.");
    }

    private static int Anchored(CheckpointedHarness broker)
    {
        if (!File.Exists(broker.Anchor))
            return 0;
        try
        {
            using var anchor = new StreamReader(new FileStream(broker.Anchor, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return anchor.ReadToEnd().Count(c => c == '\n');
        }
        catch (IOException)
        {
            // Being written at this moment, which keeps others out: not anchored yet.
            return 0;
        }
    }

    private static List<JsonObject> Lines(Answer answer)
    {
        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal("application/x-ndjson", answer.ContentType);
        var lines = answer.Text.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.True(lines[^1].ContainsKey("end"));
        return lines;
    }

    private static void Edit(string database, string stream, long version)
    {
        using var connection = new SqliteConnection($"Data Source={database}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "DROP TRIGGER fact_is_not_altered; UPDATE fact SET payload = CAST('{}' AS BLOB) WHERE stream = $stream AND version = $version;";
        command.Parameters.AddWithValue("$stream", stream);
        command.Parameters.AddWithValue("$version", version);
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static async IAsyncEnumerable<JournalRow> FailingAsync()
    {
        await Task.Yield();
        var (stream, previous) = (StreamId.Of(RequestId.Parse(new string('a', 26))), HashChain.Start);
        for (var i = 0; i < 2000; i++)
        {
            var record = HashChain.Seal(stream, i, previous, $"{i}", "GrantHeld", DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes("""{"reason":"x"}"""));
            previous = record.Hash;
            yield return new JournalRow.Fact(record);
        }
        throw new JournalUnavailableException("in the middle");
    }
}
