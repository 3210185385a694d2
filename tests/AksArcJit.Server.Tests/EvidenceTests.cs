using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Evidence;
using AksArcJit.Lifecycle;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>The zip that an auditor takes away.</summary>
public sealed partial class EvidenceTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Fact]
    public async Task Request_WhenEnded_ThenItsBundleVerifies()
    {
        var ticket = await broker.OpenTicketAsync();
        var id = await EndedAsync(ticket);

        var (zip, name) = await FetchAsync($"/api/v1/access-requests/{id}/evidence");
        var verdict = BundleVerification.Verify(new MemoryStream(zip), null);

        Assert.Equal($"evidence-{id}.zip", name);
        Assert.Equal((new EvidenceSubject.OfRequest(RequestId.Parse(id)), false, true), (verdict.Subject, verdict.IsDamaged, verdict.IsChecked));
        var texts = Texts(zip);
        Assert.Contains("Access was in force, has ended, and the cluster itself confirmed that it is gone.", texts["report.html"], StringComparison.Ordinal);
        Assert.Contains("Pods restart", texts["ticket/ticket.json"], StringComparison.Ordinal);
        Assert.Contains("\"allowed\": true", texts[$"requests/{id}/probes.json"], StringComparison.Ordinal);
        Assert.Contains("\"allowed\": false", texts[$"requests/{id}/probes.json"], StringComparison.Ordinal);
        Assert.DoesNotContain("59 min", texts["report.html"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_WhenNothingChanged_ThenTheSameBytesAgain()
    {
        var id = await EndedAsync(await broker.OpenTicketAsync());

        Assert.Equal((await FetchAsync($"/api/v1/access-requests/{id}/evidence")).Zip, (await FetchAsync($"/api/v1/access-requests/{id}/evidence")).Zip);
    }

    [Fact]
    public async Task Request_WhenStillOpen_ThenItsBundleSaysSo()
    {
        var id = await broker.AskAsync();

        var texts = Texts((await FetchAsync($"/api/v1/access-requests/{id}/evidence")).Zip);

        Assert.Contains("Not finished", texts["bundle.json"], StringComparison.Ordinal);
        Assert.Contains("Not finished", texts["report.html"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ticket_WhenItHasRequests_ThenItsBundleHoldsThemAll()
    {
        var ticket = await broker.OpenTicketAsync();
        var first = await EndedAsync(ticket);
        var second = await broker.AskAsync(ticket);

        var (zip, name) = await FetchAsync($"/api/v1/tickets/{ticket}/evidence");
        var verdict = BundleVerification.Verify(new MemoryStream(zip), null);

        Assert.Equal($"evidence-ticket-{ticket}.zip", name);
        Assert.False(verdict.IsDamaged, string.Join("; ", verdict.Findings));
        Assert.Contains($"requests/{first}/report.html", Texts(zip).Keys);
        Assert.Contains($"requests/{second}/facts.ndjson", Texts(zip).Keys);
    }

    // What an approver's link holds, and what signs it, is in no fact and so in no bundle.
    [Fact]
    public async Task Bundle_HoldsNoLinkNoSecretNoToken()
    {
        var ticket = await broker.OpenTicketAsync();
        var id = await EndedAsync(ticket);
        var secret = (await broker.LinkAsync(id)).AbsolutePath.Split('.')[^1];

        foreach (var path in new[] { $"/api/v1/access-requests/{id}/evidence", $"/api/v1/tickets/{ticket}/evidence" })
            foreach (var (name, text) in Texts((await FetchAsync(path)).Zip))
            {
                Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
                Assert.False(Secretive().IsMatch(text), $"{name}: {Secretive().Match(text).Value}");
                foreach (var who in new[] { "engineer", "auditor", "operator" })
                    Assert.DoesNotContain(broker.Token(who), text, StringComparison.Ordinal);
            }
    }

    [Theory]
    [InlineData("engineer")]
    [InlineData("approver")]
    [InlineData("operator")]
    [InlineData("ticketSystem")]
    public async Task Bundle_WhenNoAuditorAsks_ThenIsRefusedWhetherItExistsOrNot(string who)
    {
        var ticket = await broker.OpenTicketAsync();
        var id = await broker.AskAsync(ticket);
        using var caller = broker.As(who);

        foreach (var path in new[] { $"access-requests/{id}", "access-requests/aaaaaaaaaaaaaaaaaaaaaaaaaa", $"tickets/{ticket}", "tickets/CASE-NONE" })
        {
            var answer = await caller.SendAsync(HttpMethod.Get, $"/api/v1/{path}/evidence");
            Assert.Equal((403, "urn:aksarcjit:problem:role-required"), (answer.Status, answer["type"]));
        }
    }

    [Theory]
    [InlineData("access-requests/aaaaaaaaaaaaaaaaaaaaaaaaaa", 404, "request-not-found")]
    [InlineData("access-requests/no-such-form", 400, "invalid-input")]
    [InlineData("tickets/CASE-NONE", 404, "not-found")]
    [InlineData("tickets/-", 400, "invalid-input")]
    public async Task Bundle_WhenThereIsNothing_ThenIsToldAsElsewhere(string path, int status, string type)
    {
        using var auditor = broker.As("auditor");

        var answer = await auditor.SendAsync(HttpMethod.Get, $"/api/v1/{path}/evidence");

        Assert.Equal((status, $"urn:aksarcjit:problem:{type}"), (answer.Status, answer["type"]));
    }

    [Fact]
    public async Task Bundle_WhenNobodyIsSignedIn_ThenIsRefused()
    {
        using var nobody = new Api(broker.Client(null));

        Assert.Equal(401, (await nobody.SendAsync(HttpMethod.Get, "/api/v1/access-requests/aaaaaaaaaaaaaaaaaaaaaaaaaa/evidence")).Status);
    }

    [Fact]
    public async Task Request_WhenCheckpointsAreMade_ThenItsBundleIsProvenByTheServersKey()
    {
        await using var signing = new BrokerHarness();
        await signing.InitializeAsync();
        await signing.StopAsync();
        var options = signing.Options();
        options["checkpoints"] = new JsonObject { ["key"] = new JsonObject { ["file"] = "checkpoint.pem" } };
        await File.WriteAllTextAsync(signing.ConfigFile, options.ToJsonString(), TestContext.Current.CancellationToken);
        await signing.StartAsync();
        var id = await new EvidenceTests(signing).EndedAsync(await signing.OpenTicketAsync());

        using var file = ECDsa.Create();
        file.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(signing.Directory, "checkpoint.pem"), TestContext.Current.CancellationToken));
        using var key = CheckpointKey.Of(file.ExportSubjectPublicKeyInfo());
        BundleVerdict verdict;
        do
        {
            // The checkpoint follows the end within seconds of the server's clock.
            signing.Clock.Advance(TimeSpan.FromSeconds(1));
            verdict = BundleVerification.Verify(new MemoryStream((await new EvidenceTests(signing).FetchAsync($"/api/v1/access-requests/{id}/evidence")).Zip), key);
            Assert.False(verdict.IsDamaged, string.Join("; ", verdict.Findings));
        }
        while (verdict.Findings.Count > 0);

        Assert.Equal((KeySource.Given, key.Id), (verdict.SignedBy, verdict.KeyId));
    }

    private async Task<string> EndedAsync(string ticket)
    {
        var id = await broker.GrantAsync(ticket);
        await broker.UntilStateAsync(id, "Active");
        using var engineer = broker.As("engineer");
        await engineer.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", Forms.Reason());
        await broker.UntilStateAsync(id, "Closed");
        return id;
    }

    private async Task<(byte[] Zip, string? Name)> FetchAsync(string path)
    {
        using var auditor = broker.Client(broker.Token("auditor"));
        using var answer = await auditor.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "application/zip", "attachment"),
            (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.DispositionType));
        return (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), answer.Content.Headers.ContentDisposition?.FileName);
    }

    private static Dictionary<string, string> Texts(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
            return reader.ReadToEnd();
        });
    }

    [GeneratedRegex("/consent/|[a-z2-7]{26}\\.[A-Za-z0-9_-]{43}|PRIVATE KEY|eyJ[A-Za-z0-9_-]{10,}|@customer\\.example")]
    private static partial Regex Secretive();
}
