using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>Every bad input is a 4xx problem that names the field and the remedy, and nothing is written.</summary>
public sealed class BadInputTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    private const string LookAlike = "еdge-01"; // begins with U+0435, Cyrillic

    public static readonly TheoryData<string, string, int, string, string> Asks = new()
    {
        { "unknown ticket", """{"ticketId":"CASE-unknown"}""", 422, "ticket-not-found", "ticketId" },
        { "closed ticket", """{"ticketId":"closed"}""", 422, "ticket-not-active", "ticketId" },
        { "unassigned engineer", """{"ticketId":"assigned"}""", 403, "engineer-not-assigned", "ticketId" },
        { "foreign cluster", """{"clusterId":"edge-04","scope":{"kind":"Cluster"}}""", 422, "ticket-does-not-cover-cluster", "clusterId" },
        { "unknown cluster", """{"clusterId":"edge-99"}""", 422, "cluster-not-found", "clusterId" },
        { "duration zero", """{"duration":"PT0S"}""", 422, "duration-outside-policy", "duration" },
        { "duration negative", """{"duration":"-PT1H"}""", 422, "duration-outside-policy", "duration" },
        { "duration beyond policy", """{"duration":"PT9H"}""", 422, "duration-outside-policy", "duration" },
        { "duration in months", """{"duration":"P1M"}""", 400, "invalid-input", "duration" },
        { "duration unparsable", """{"duration":"2 hours"}""", 400, "invalid-input", "duration" },
        { "duration overflowing", """{"duration":"P99999999999999D"}""", 400, "invalid-input", "duration" },
        { "duration missing", """{"duration":null}""", 400, "invalid-input", "duration" },
        { "duration a number", """{"duration":20}""", 400, "malformed-body", "duration" },
        { "unknown namespace", """{"scope":{"kind":"Namespace","namespace":"ghost"}}""", 422, "namespace-not-found", "scope.namespace" },
        { "namespace not allowed", """{"scope":{"kind":"Namespace","namespace":"nowhere"}}""", 422, "scope-not-allowed", "scope" },
        { "namespace no label", """{"scope":{"kind":"Namespace","namespace":"Not_A_Label"}}""", 400, "invalid-input", "scope.namespace" },
        { "namespace missing", """{"scope":{"kind":"Namespace"}}""", 400, "invalid-input", "scope.namespace" },
        { "namespace with cluster", """{"scope":{"kind":"Cluster","namespace":"default"}}""", 400, "invalid-input", "scope.namespace" },
        { "scope not allowed", """{"scope":{"kind":"Cluster"}}""", 422, "scope-not-allowed", "scope" },
        { "scope kind unknown", """{"scope":{"kind":"Galaxy"}}""", 400, "malformed-body", "scope.kind" },
        { "scope kind a number", """{"scope":{"kind":0}}""", 400, "malformed-body", "scope.kind" },
        { "scope missing", """{"scope":null}""", 400, "invalid-input", "scope" },
        { "role missing", """{"clusterId":"edge-03"}""", 422, "role-not-found", "clusterId" },
        { "role escalating", """{"clusterId":"edge-02"}""", 422, "role-forbidden", "clusterId" },
        { "justification empty", """{"justification":"  "}""", 400, "invalid-input", "justification" },
        { "justification control", """{"justification":"a\u0007b"}""", 400, "invalid-input", "justification" },
        { "justification turned", """{"justification":"a\u202Eb"}""", 400, "invalid-input", "justification" },
        { "justification half a character", """{"justification":"a\ud800b"}""", 400, "malformed-body", "justification" },
        { "start past", """{"startAt":"2020-01-01T00:00:00Z"}""", 422, "start-outside-policy", "startAt" },
        { "start without offset", """{"startAt":"2030-01-01T00:00:00"}""", 400, "invalid-input", "startAt" },
        { "start no time", """{"startAt":"tomorrow"}""", 400, "invalid-input", "startAt" },
        { "continues somebody else's", """{"continues":"aaaaaaaaaaaaaaaaaaaaaaaaaa"}""", 422, "continued-request-unsuitable", "continues" },
        { "continues no id", """{"continues":"x"}""", 400, "invalid-input", "continues" },
        { "field unknown", """{"durration":"PT1H"}""", 400, "malformed-body", "durration" },
        { "id slash", """{"ticketId":"a/b"}""", 400, "invalid-input", "ticketId" },
        { "id backslash", """{"ticketId":"a\\b"}""", 400, "invalid-input", "ticketId" },
        { "id hash", """{"ticketId":"a#b"}""", 400, "invalid-input", "ticketId" },
        { "id question mark", """{"ticketId":"a?b"}""", 400, "invalid-input", "ticketId" },
        { "id exclamation mark", """{"ticketId":"ticket!a"}""", 400, "invalid-input", "ticketId" },
        { "id control", """{"ticketId":"a\u0000b"}""", 400, "invalid-input", "ticketId" },
        { "id emoji", """{"ticketId":"case-🔥"}""", 400, "invalid-input", "ticketId" },
        { "id look-alike", $$"""{"clusterId":"{{LookAlike}}"}""", 400, "invalid-input", "clusterId" },
    };

    [Theory]
    [MemberData(nameof(Asks))]
    public async Task Ask_WhenWrong_IsRefusedAndWritesNothing(string what, string spoiled, int status, string type, string field)
    {
        var ticket = await broker.OpenTicketAsync("contoso", "edge-01", "edge-02", "edge-03");
        var body = Forms.Ask(ticket);
        foreach (var (name, value) in JsonNode.Parse(spoiled.Contains(@"\ud800", StringComparison.Ordinal) ? "{}" : spoiled)!.AsObject())
            body[name] = value?.DeepClone();
        if (body["ticketId"]!.ToString() == "closed")
            body["ticketId"] = await ClosedTicketAsync();
        if (body["ticketId"]!.ToString() == "assigned")
            body["ticketId"] = await TicketOfSomebodyElseAsync();
        var text = body.ToJsonString();
        if (spoiled.Contains(@"\ud800", StringComparison.Ordinal))
            text = text.Replace("Look at", @"Look \ud800 at", StringComparison.Ordinal);
        var before = broker.Journal.Writes;
        using var engineer = broker.As("engineer");

        var answer = await engineer.SendRawAsync(HttpMethod.Post, "/api/v1/access-requests", Encoding.UTF8.GetBytes(text), "application/json");

        Problem(answer, status, type, field, what);
        Assert.Equal(before, broker.Journal.Writes);
    }

    public static readonly TheoryData<string, string, string?, int, string> Bodies = new()
    {
        { "cut off", """{"ticketId":""", "application/json", 400, "malformed-body" },
        { "no JSON", "ticketId=1", "application/json", 400, "malformed-body" },
        { "an array", "[]", "application/json", 400, "malformed-body" },
        { "null", "null", "application/json", 400, "malformed-body" },
        { "a field twice", """{"ticketId":"a","ticketId":"b"}""", "application/json", 400, "malformed-body" },
        { "a comment", """{/* */"ticketId":"a"}""", "application/json", 400, "malformed-body" },
        { "deep", "DEEP", "application/json", 400, "malformed-body" },
        { "empty", "", "application/json", 400, "invalid-input" },
        { "a form", "ticketId=1", "application/x-www-form-urlencoded", 415, "unsupported-content-type" },
        { "no type", "{}", null, 415, "unsupported-content-type" },
        { "another charset", "{}", "application/json; charset=utf-16", 415, "unsupported-content-type" },
        { "oversized", "BIG", "application/json", 413, "body-too-large" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Ask_WhenTheBodyIsNoForm_IsRefusedAndWritesNothing(string what, string body, string? contentType, int status, string type)
    {
        body = body switch
        {
            "BIG" => $$"""{"justification":"{{new string('x', 70_000)}}"}""",
            "DEEP" => $$"""{"scope":{{new string('[', 200)}}{{new string(']', 200)}}}""",
            _ => body,
        };
        var before = broker.Journal.Writes;
        using var engineer = broker.As("engineer");

        var answer = await engineer.SendRawAsync(HttpMethod.Post, "/api/v1/access-requests", Encoding.UTF8.GetBytes(body), contentType);

        Problem(answer, status, type, null, what);
        Assert.Equal(before, broker.Journal.Writes);
    }

    [Fact]
    public async Task Ask_WhenSeveralFieldsAreWrong_NamesThemAll()
    {
        using var engineer = broker.As("engineer");

        var answer = await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", new JsonObject { ["duration"] = "x" });

        Assert.Equal(["ticketId", "clusterId", "scope", "duration", "justification"], answer.Json["errors"]!.AsArray().Select(error => error!["field"]!.ToString()));
    }

    public static readonly TheoryData<string> Ids = new(
        "a%2Fb", "a%5Cb", "a%23b", "a%3Fb", "a%01b", "a%0Ab", "%F0%9F%94%A5", "%D0%B5dge-01", "a!b", "%20", "..%2F..%2Fetc", new string('a', 10_000));

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Paths_WhenAnIdIsNone_AreRefusedAndWriteNothing(string id)
    {
        var before = broker.Journal.Writes;
        using var admin = broker.As("operator");
        var shown = id.Length > 80 ? $"{id.Length} characters" : id;

        Problem(await admin.SendAsync(HttpMethod.Put, $"/api/v1/tickets/{id}", Forms.Ticket("contoso", "edge-01")), 400, "invalid-input", "id", shown);
        Problem(await admin.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}"), 400, "invalid-input", "id", shown);
        Problem(await admin.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}/journal"), 400, "invalid-input", "id", shown);
        Problem(await admin.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", Forms.Reason()), 400, "invalid-input", "id", shown);
        Problem(await admin.SendAsync(HttpMethod.Get, $"/api/v1/clusters/{id}/role"), 400, "invalid-input", "id", shown);
        Assert.Equal(before, broker.Journal.Writes);
    }

    public static readonly TheoryData<string, string, string> Tickets = new()
    {
        { "customer empty", """{"customer":""}""", "customer" },
        { "clusters missing", """{"clusterIds":null}""", "clusterIds" },
        { "cluster no id", """{"clusterIds":["Edge 01"]}""", "clusterIds[0]" },
        { "cluster twice", """{"clusterIds":["edge-01","edge-01"]}""", "clusterIds" },
        { "title too long", """{"title":"LONG"}""", "title" },
        { "status missing", """{"status":null}""", "status" },
        { "status unknown", """{"status":"Open"}""", "status" },
        { "assignee no person", """{"assignees":["erika"]}""", "assignees[0]" },
        { "sequence negative", """{"sequence":-1}""", "sequence" },
    };

    [Theory]
    [MemberData(nameof(Tickets))]
    public async Task PutTicket_WhenWrong_IsRefusedAndWritesNothing(string what, string spoiled, string field)
    {
        var body = Forms.Ticket("contoso", "edge-01");
        foreach (var (name, value) in JsonNode.Parse(spoiled.Replace("LONG", new string('x', 2001), StringComparison.Ordinal))!.AsObject())
            body[name] = value?.DeepClone();
        var before = broker.Journal.Writes;
        using var tickets = broker.As("ticketSystem");

        var answer = await tickets.SendAsync(HttpMethod.Put, "/api/v1/tickets/CASE-wrong", body);

        Assert.True(answer.Status == 400 && answer["field"] == field, $"{what}: {answer.Text}");
        Assert.Equal(before, broker.Journal.Writes);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task Ask_WhenTheKeyIsNone_IsRefused(string key)
    {
        using var engineer = broker.As("engineer");

        var answer = await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(await broker.OpenTicketAsync()), ("Idempotency-Key", key));

        Assert.True(answer.Status == 400 && answer["field"] == "Idempotency-Key", answer.Text);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("state=Wrong", "state")]
    [InlineData("state=Active&state=7", "state")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("cursor=MDphYmM", "cursor")]
    [InlineData("after=yesterday", "after")]
    [InlineData("ticket=a/b", "ticket")]
    [InlineData("cluster=UP", "cluster")]
    [InlineData("engineer=erika", "engineer")]
    public async Task List_WhenAFilterIsWrong_NamesIt(string query, string field)
    {
        using var admin = broker.As("operator");

        var answer = await admin.SendAsync(HttpMethod.Get, $"/api/v1/access-requests?{query}");

        Problem(answer, 400, "invalid-input", field, query);
    }

    private static void Problem(Answer answer, int status, string type, string? field, string what)
    {
        Assert.True(answer.Status == status, $"{what}: {answer.Status} {answer.Text}");
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Equal($"urn:aksarcjit:problem:{type}", answer["type"]);
        Assert.Equal(status.ToString(), answer["status"]);
        Assert.NotEmpty(answer["title"]!);
        Assert.NotEmpty(answer["detail"]!);
        Assert.NotEmpty(answer["remedy"]!);
        Assert.NotEmpty(answer["field"]!);
        if (field is not null)
            Assert.Equal(field, answer["field"]);
    }

    private async Task<string> ClosedTicketAsync()
    {
        var id = await broker.OpenTicketAsync();
        using var tickets = broker.As("ticketSystem");
        await tickets.OkAsync(HttpMethod.Post, $"/api/v1/tickets/{id}/close");
        return id;
    }

    private async Task<string> TicketOfSomebodyElseAsync()
    {
        var id = await broker.OpenTicketAsync();
        using var tickets = broker.As("ticketSystem");
        var ticket = Forms.Ticket("contoso", "edge-01");
        ticket["assignees"] = new JsonArray(broker.Person("engineer2"));
        await tickets.OkAsync(HttpMethod.Put, $"/api/v1/tickets/{id}", ticket);
        return id;
    }
}
