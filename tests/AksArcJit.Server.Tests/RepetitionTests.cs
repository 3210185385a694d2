using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>Idempotency, twins, paging and conditional reads.</summary>
public sealed class RepetitionTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Fact]
    public async Task Ask_WithTheSameKey_IsOneRequest()
    {
        var ticket = await broker.OpenTicketAsync();
        using var engineer = broker.As("engineer");
        var key = ("Idempotency-Key", "key-1");

        var first = await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket), key);
        var second = await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket), key);
        var other = await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket, duration: "PT2H"), key);
        using var somebody = broker.As("engineer2");
        var theirs = await somebody.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket), key);

        Assert.Equal((202, 202), (first.Status, second.Status));
        Assert.Equal(first["id"], second["id"]);
        Assert.Equal((409, "urn:aksarcjit:problem:request-exists", "Idempotency-Key"), (other.Status, other["type"], other["field"]));
        Assert.Equal(202, theirs.Status);
        Assert.NotEqual(first["id"], theirs["id"]);
    }

    [Fact]
    public async Task Ask_WithTheSameKeyAtOnce_IsOneRequest()
    {
        var ticket = await broker.OpenTicketAsync();
        using var engineer = broker.As("engineer");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket), ("Idempotency-Key", "at-once"))));

        Assert.All(answers, answer => Assert.True(answer.Status == 202, answer.Text));
        Assert.Single(answers.Select(answer => answer["id"]).Distinct());
    }

    [Fact]
    public async Task Ask_WhenATwinIsPending_LinksToIt()
    {
        var ticket = await broker.OpenTicketAsync();
        var id = await broker.AskAsync(ticket);
        using var engineer = broker.As("engineer");

        var twin = await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket));

        Assert.Equal((409, "urn:aksarcjit:problem:pending-twin", $"/api/v1/access-requests/{id}"), (twin.Status, twin["type"], twin["link"]));
    }

    [Fact]
    public async Task PutTicket_WhenRepeated_IsTheSame()
    {
        var id = await broker.OpenTicketAsync();
        var before = broker.Journal.Writes;
        using var tickets = broker.As("ticketSystem");

        await tickets.OkAsync(HttpMethod.Put, $"/api/v1/tickets/{id}", Forms.Ticket("contoso", "edge-01"));
        var other = await tickets.SendAsync(HttpMethod.Put, $"/api/v1/tickets/{id}", Forms.Ticket("fabrikam", "edge-04"));

        Assert.Equal(before, broker.Journal.Writes);
        Assert.Equal((409, "urn:aksarcjit:problem:ticket-customer-fixed"), (other.Status, other["type"]));
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("approver")]
    [InlineData("engineer")]
    public async Task List_PageByPage_IsWholeAndWithoutRepeats(string who)
    {
        var ticket = await broker.OpenTicketAsync("contoso", "edge-01", "edge-05");
        var asked = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var id = await broker.AskAsync(ticket);
            asked.Add(id);
            asked.Add(await broker.AskAsync(ticket, "edge-05"));
            using var engineer = broker.As("engineer");
            await engineer.OkAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/withdraw");
            await engineer.OkAsync(HttpMethod.Post, $"/api/v1/access-requests/{asked[^1]}/withdraw");
        }
        using var caller = broker.As(who);

        var listed = await PagesAsync(caller, $"ticket={ticket}&limit=2");

        Assert.Equal(asked.Order(), listed.Order());
        Assert.Equal(6, (await PagesAsync(caller, $"ticket={ticket}&state=Closed&limit=4")).Count);
        Assert.Empty(await PagesAsync(caller, $"ticket={ticket}&state=Active&limit=4"));
        Assert.Equal(3, (await PagesAsync(caller, $"ticket={ticket}&cluster=edge-05&limit=1")).Count);
        Assert.Empty(await PagesAsync(caller, $"ticket={ticket}&engineer={Uri.EscapeDataString(broker.Person("engineer2"))}"));
        Assert.Empty(await PagesAsync(caller, $"ticket={ticket}&before=2020-01-01T00:00:00Z"));
    }

    [Fact]
    public async Task Get_WithTheVersionKnown_SendsNothingUntilItChanges()
    {
        var id = await broker.AskAsync();
        using var engineer = broker.As("engineer");
        var path = $"/api/v1/access-requests/{id}";
        // The last fact for now: the approver was told.
        await broker.UntilAsync(id, seen => seen["notices"]!.AsArray().Count == 1);

        var first = await engineer.SendAsync(HttpMethod.Get, path);
        var tag = first.Headers.ETag!.ToString();
        var same = await engineer.SendAsync(HttpMethod.Get, path, null, ("If-None-Match", tag));
        await engineer.OkAsync(HttpMethod.Post, $"{path}/withdraw");
        var changed = await engineer.SendAsync(HttpMethod.Get, path, null, ("If-None-Match", tag));

        Assert.Equal($"\"{first["version"]}\"", tag);
        Assert.Equal((304, "", tag), (same.Status, same.Text, same.Headers.ETag!.ToString()));
        Assert.Equal(200, changed.Status);
        Assert.NotEqual(tag, changed.Headers.ETag!.ToString());
    }

    private static async Task<List<string>> PagesAsync(Api caller, string query)
    {
        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var page = await caller.OkAsync(HttpMethod.Get, $"/api/v1/access-requests?{query}{(cursor is null ? "" : $"&cursor={cursor}")}");
            ids.AddRange(page["items"]!.AsArray().Select(item => item!["id"]!.ToString()));
            cursor = page["cursor"]?.ToString();
        }
        while (cursor is not null);
        return ids;
    }
}
