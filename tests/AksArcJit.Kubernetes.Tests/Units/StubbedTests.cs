using System.Text.Json.Nodes;
using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Tests.Contract;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Kubernetes.Tests.Units;

/// <summary>Answers that a real API server gives for a moment only, or only with a part that tests have not got.</summary>
public sealed class StubbedTests
{
    private static readonly ClusterId Cluster = ClusterId.Parse("stub");

    [Fact]
    public async Task ReadRole_WhenTheControllerHasNotUnitedItYet_ThenItsPartsAreReadByItsSelectors()
    {
        await using var server = await StubServer.StartAsync(asked => asked.Contains("labelSelector", StringComparison.Ordinal)
            ? (200, """{"metadata": {"resourceVersion": "5"}, "items": [{"metadata": {"name": "part"}, "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"]}]}]}""")
            : (200, """
                {"metadata": {"name": "all"}, "aggregationRule": {"clusterRoleSelectors": [
                  {"matchLabels": {"a": "b"}, "matchExpressions": [
                    {"key": "c", "operator": "In", "values": ["d", "e"]}, {"key": "f", "operator": "NotIn", "values": ["g"]},
                    {"key": "h", "operator": "Exists"}, {"key": "i", "operator": "DoesNotExist"}]}]}}
                """));
        using var clusters = Open(server);

        var found = Assert.IsType<Reading<RoleRules>.Found>(await clusters.Find(Cluster)!.ReadRoleAsync("all", Ground.Ct)).Value;

        Assert.Equal(["secrets"], Assert.Single(found.Rules).Resources);
        Assert.Contains("labelSelector=a=b,c in (d,e),f notin (g),h,!i&", server.Asked[1]);
    }

    [Fact]
    public async Task ReadRole_WhenASelectorIsNotUnderstood_ThenUnreadable()
    {
        await using var server = await StubServer.StartAsync(_ => (200, """
            {"metadata": {"name": "all"}, "aggregationRule": {"clusterRoleSelectors": [{"matchExpressions": [{"key": "c", "operator": "Near"}]}]}}
            """));
        using var clusters = Open(server);

        Assert.IsType<Reading<RoleRules>.Unreadable>(await clusters.Find(Cluster)!.ReadRoleAsync("all", Ground.Ct));
    }

    [Fact]
    public async Task Probe_WhenAnAuthorizerFailed_ThenUnreadableNeverDenied()
    {
        await using var server = await StubServer.StartReviewsAsync("""{"allowed": false, "evaluationError": "webhook: no answer"}""");
        using var clusters = Open(server);

        var unreadable = Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Unreadable>(
            await clusters.Find(Cluster)!.ProbeAsync(ReviewedUser.Of("somebody", null), [Ground.ListPods()], ProbePurpose.ConfirmRemoval, Ground.Ct));

        Assert.Contains("webhook: no answer", unreadable.Reason);
    }

    [Fact]
    public async Task List_WhenTheServerNeverComesToItsEnd_ThenUnreadable()
    {
        await using var server = await StubServer.StartAsync(_ => (200, """{"metadata": {"resourceVersion": "5", "continue": "on"}, "items": []}"""));
        using var clusters = Open(server);

        var unreadable = Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Unreadable>(
            await clusters.Find(Cluster)!.ListBindingsAsync("aks-service", BindingKind.ClusterRoleBinding, Ground.Ct));

        Assert.Contains("the list has more than 100000 objects", unreadable.Reason);
    }

    /// <summary>A server that heeds no limit: what it sends after that is not held, and no further page is asked for.</summary>
    [Fact]
    public async Task List_WhenItsPagesHoldMoreThanWasAskedFor_ThenUnreadableAndNothingMoreIsAsked()
    {
        var page = $$"""{"metadata": {"resourceVersion": "5", "continue": "on"}, "items": [{{string.Join(',', Enumerable.Repeat("""{"metadata": {"name": "x"}, "roleRef": {"kind": "ClusterRole", "name": "y"}}""", 50_001))}}]}""";
        var asked = 0;
        await using var server = await StubServer.StartAsync(_ => (200, ++asked <= 2 ? page : """{"metadata": {"resourceVersion": "5", "continue": "on"}, "items": []}"""));
        using var clusters = Open(server);

        var unreadable = Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Unreadable>(
            await clusters.Find(Cluster)!.ListBindingsAsync("aks-service", BindingKind.ClusterRoleBinding, Ground.Ct));

        Assert.Contains("the list has more than 100000 objects", unreadable.Reason);
        Assert.Equal(2, asked);
    }

    /// <summary>80 KB that mean 25 million permissions: no guard looks at each, and no page holds them.</summary>
    [Fact]
    public async Task ReadRole_WhenItHoldsMorePermissionsThanAnybodyCouldJudge_ThenUnreadable()
    {
        var words = new JsonArray([.. Enumerable.Range(0, 5000).Select(i => (JsonNode)$"w{i}")]).ToJsonString();
        await using var server = await StubServer.StartAsync(_ => (200, $$"""
            {"metadata": {"name": "all"}, "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}, {"verbs": ["get"], "apiGroups": {{words}}, "resources": {{words}}}]}
            """));
        using var clusters = Open(server);

        var unreadable = Assert.IsType<Reading<RoleRules>.Unreadable>(await clusters.Find(Cluster)!.ReadRoleAsync("all", Ground.Ct));

        Assert.Contains("more than 50000 permissions", unreadable.Reason);
    }

    /// <summary>Each part is given in time, and they never come to an end: whoever waits for the role is told.</summary>
    [Fact]
    public async Task ReadRole_WhenItsPartsComeForEver_ThenUnreadableAfter20Seconds()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var begun = clock.GetUtcNow();
        await using var server = await StubServer.StartAsync(asked =>
        {
            clock.Advance(TimeSpan.FromSeconds(3));
            return (200, asked.Contains("labelSelector", StringComparison.Ordinal)
                ? """{"metadata": {"resourceVersion": "5", "continue": "on"}, "items": []}"""
                : """{"metadata": {"name": "all"}, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}}""");
        });
        using var clusters = Open(server, clock);

        var unreadable = Assert.IsType<Reading<RoleRules>.Unreadable>(await clusters.Find(Cluster)!.ReadRoleAsync("all", Ground.Ct));

        Assert.Contains("not read with all that it aggregates within 20 s", unreadable.Reason);
        Assert.InRange(clock.GetUtcNow() - begun, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(22));
    }

    /// <summary>What stands before an API server may say anything with 200: it is no "denied".</summary>
    [Theory]
    [InlineData("""{"status": {"allowed": false}}""")]
    [InlineData("""{"status": {"code": 502, "message": "no upstream"}}""")]
    [InlineData("""{"spec": {"user": "another", "resourceAttributes": {"verb": "list", "resource": "pods"}}, "status": {"allowed": false}}""")]
    [InlineData("""{"spec": {"user": "somebody", "resourceAttributes": {"verb": "list", "resource": "nodes"}}, "status": {"allowed": false}}""")]
    public async Task Probe_WhenTheAnswerIsToAnotherQuestion_ThenUnreadableNeverDenied(string answer)
    {
        await using var server = await StubServer.StartAsync(_ => (200, answer));
        using var clusters = Open(server);

        Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Unreadable>(
            await clusters.Find(Cluster)!.ProbeAsync(ReviewedUser.Of("somebody", null), [Ground.ListPods()], ProbePurpose.ConfirmRemoval, Ground.Ct));
    }

    [Theory]
    [InlineData("erika@support.example", true)]
    [InlineData("somebody-else", false)]
    public async Task Probe_WhenAzureRbacAllows_ThenItsRoleAssignmentIsNamedAndNoBinding(string about, bool isNamed)
    {
        await using var server = await StubServer.StartReviewsAsync($$"""
            {"allowed": true, "reason": "Access allowed by Azure RBAC Role Assignment 59ae41cff153441994fce848787e000b of Role 7f6c6a51bcf842ba922052d62157d7db to user {{about}}"}
            """);
        using var clusters = Open(server);
        var user = ReviewedUser.Of("erika@support.example", null);

        var found = Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Found>(
            await clusters.Find(Cluster)!.ProbeAsync(user, [Ground.ListPods()], ProbePurpose.ConfirmRemoval, Ground.Ct));

        var answer = Assert.Single(found.Value);
        Assert.Null(answer.AllowedBy);
        Assert.Equal(isNamed ? "Azure role assignment 59ae41cff153441994fce848787e000b of role 7f6c6a51bcf842ba922052d62157d7db" : null, answer.Grantor);
    }

    [Theory]
    [InlineData(true, "reason", "RBAC: allowed by ClusterRoleBinding \"other\" of ClusterRole ")]
    [InlineData(false, "reason", "")]
    [InlineData(false, "evaluationError", "")]
    public async Task Probe_WhenAnAuthorizerSaysALot_ThenNoFactIsTooLongForItsStore(bool isAllowed, string field, string said)
    {
        var status = new JsonObject { ["allowed"] = isAllowed, [field] = said + new string('x', 200_000) }.ToJsonString();
        await using var server = await StubServer.StartReviewsAsync(status);
        using var clusters = Open(server);

        var reading = await clusters.Find(Cluster)!.ProbeAsync(ReviewedUser.Of("somebody", null), [Ground.ListPods()], ProbePurpose.ConfirmRemoval, Ground.Ct);

        var answer = (reading as Reading<IReadOnlyList<ProbeAnswer>>.Found)?.Value.Single();
        Assert.InRange((answer?.Reason ?? Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Unreadable>(reading).Reason).Length, 1000, 1100);
        Assert.Equal(isAllowed ? new BindingName("other", "") : null, answer?.AllowedBy);
    }

    [Fact]
    public async Task Probe_OfAnEntraUser_ThenCarriesGroupsAndObjectId()
    {
        await using var server = await StubServer.StartReviewsAsync("""{"allowed": false}""");
        using var clusters = Open(server);
        var user = ReviewedUser.Of("erika@support.example", new Membership(["g-1", "g-2"], true, "oid-1"));

        await clusters.Find(Cluster)!.ProbeAsync(user, [Ground.ListPods()], ProbePurpose.ConfirmGrant, Ground.Ct);

        var spec = JsonNode.Parse(Assert.Single(server.Bodies))!["spec"]!;
        Assert.Equal("erika@support.example", (string?)spec["user"]);
        Assert.Equal(["g-1", "g-2", "system:authenticated"], spec["groups"]!.AsArray().Select(group => (string?)group));
        Assert.Equal(["oid-1"], spec["extra"]!["oid"]!.AsArray().Select(value => (string?)value));
    }

    [Fact]
    public async Task Create_WhenAdmissionMadeAnotherOfIt_ThenUnknownBecauseItStands()
    {
        var id = RequestId.FromBytes(new byte[17]);
        await using var server = await StubServer.StartAsync(_ => (201, $$"""
            {"metadata": {"name": "{{BindingName.For(id, new Scope.Cluster()).Name}}", "uid": "1"}, "roleRef": {"kind": "ClusterRole", "name": "aks-service"},
             "subjects": [{"kind": "User", "name": "somebody"}, {"kind": "Group", "name": "everybody"}]}
            """));
        using var clusters = Open(server);
        var now = TimeProvider.System.GetUtcNow();
        var spec = new BindingSpec(
            id, TicketId.Parse("CASE-1"), BindingName.For(id, new Scope.Cluster()), "somebody", "aks-service", now.AddHours(1));

        var unknown = Assert.IsType<BindingOutcome.Unknown>(await clusters.Find(Cluster)!.CreateAsync(spec, now.AddSeconds(30), Ground.Ct));

        Assert.Contains("created, but not as specified", unknown.Reason);
    }

    [Fact]
    public async Task Remove_WhenItIsReCreatedAgainAndAgain_ThenFailedAfterAFewDeletes()
    {
        var uid = 0;
        var id = RequestId.FromBytes(new byte[17]);
        await using var server = await StubServer.StartAsync(asked => asked.StartsWith("DELETE", StringComparison.Ordinal)
            ? (200, """{"kind": "Status", "status": "Success"}""")
            : (200, $$"""
                {"metadata": {"name": "{{BindingName.For(id, new Scope.Cluster()).Name}}", "uid": "{{++uid}}"}, "roleRef": {"kind": "ClusterRole", "name": "aks-service"},
                 "subjects": [{"kind": "User", "name": "somebody"}]}
                """));
        using var clusters = Open(server);
        var spec = new BindingSpec(id, TicketId.Parse("CASE-1"), BindingName.For(id, new Scope.Cluster()), "somebody", "aks-service", default);

        var failed = Assert.IsType<RemovalOutcome.Failed>(await clusters.Find(Cluster)!.RemoveAsync(spec, "0", Ground.Ct));

        Assert.Contains("still stands, with uid 3", failed.Reason);
        Assert.Equal(3, server.Asked.Count(asked => asked.StartsWith("DELETE", StringComparison.Ordinal)));
    }

    /// <summary>A proxy's, that of a server without the API (as 1.36 words it), and one about something else.</summary>
    public static TheoryData<string> Not404s =>
    [
        "{}", "404 page not found", "", "null", "<html>no such site</html>",
        """{"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "the server could not find the requested resource", "reason": "NotFound", "details": {}, "code": 404}""",
        """{"kind": "Status", "status": "Failure", "message": "namespaces \"x\" not found", "reason": "NotFound", "details": {"name": "x", "kind": "namespaces"}, "code": 404}""",
        """{"kind": "Problem", "reason": "NotFound", "details": {"name": "aks-service-rolebinding-aaaaaaaaaaaaaaaaaaaaaaaaaa"}}""",
        """{"kind": "Status", "status": "Failure", "reason": "Gone", "details": {"name": "aks-service-rolebinding-aaaaaaaaaaaaaaaaaaaaaaaaaa"}}""",
    ];

    [Theory]
    [MemberData(nameof(Not404s))]
    public async Task AnyOperation_WhenA404IsNotTheApiServersWordOnTheObject_ThenNothingIsAbsent(string body)
    {
        await using var server = await StubServer.StartAsync(_ => (404, body));
        using var clusters = Open(server);
        var (cluster, id) = (clusters.Find(Cluster)!, RequestId.FromBytes(new byte[17]));
        var now = TimeProvider.System.GetUtcNow();
        var spec = new BindingSpec(id, TicketId.Parse("CASE-1"), BindingName.For(id, new Scope.Cluster()), "somebody", "aks-service", now.AddHours(1));
        var seen = new StandingBinding(spec.Name, "1", "test", id, spec.NotAfter, ["User/somebody"], "ClusterRole/aks-service");

        Assert.IsType<RemovalOutcome.Failed>(await cluster.RemoveAsync(spec, "1", Ground.Ct));
        Assert.IsType<RemovalOutcome.Failed>(await cluster.RemoveAsync(seen, Ground.Ct));
        Assert.Contains("404", Assert.IsType<Reading<StandingBinding>.Unreadable>(await cluster.ReadBindingAsync(spec.Name, Ground.Ct)).Reason);
        Assert.IsType<Reading<RoleRules>.Unreadable>(await cluster.ReadRoleAsync("aks-service", Ground.Ct));
        Assert.IsType<Reading<LiveNamespace>.Unreadable>(await cluster.ReadNamespaceAsync("demo", Ground.Ct));
    }

    /// <summary>Well-formed, and with nothing where an object, a part of it or a word should stand: one customer's server must not fell what serves all.</summary>
    public static TheoryData<string> Hollow =>
    [
        "null",
        "{}",
        """{"metadata": {"name": "another"}, "items": null}""",
        """{"items": [null], "rules": [null]}""",
        """{"items": [{}], "rules": [{"verbs": [null]}]}""",
        """{"items": [{"roleRef": {"apiGroup": "", "kind": "", "name": ""}}], "aggregationRule": {"clusterRoleSelectors": [null]}}""",
    ];

    [Theory]
    [MemberData(nameof(Hollow))]
    public async Task AnyRead_WhenTheAnswerIsHollow_ThenUnreadableAndNothingIsThrown(string body)
    {
        await using var server = await StubServer.StartAsync(_ => (200, body));
        using var clusters = Open(server);
        var cluster = clusters.Find(Cluster)!;

        Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Unreadable>(await cluster.ListBindingsAsync("aks-service", Ground.Ct));
        Assert.IsType<Reading<RoleRules>.Unreadable>(await cluster.ReadRoleAsync("aks-service", Ground.Ct));
        Assert.IsType<Reading<LiveNamespace>.Unreadable>(await cluster.ReadNamespaceAsync("demo", Ground.Ct));
        Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Unreadable>(
            await cluster.ProbeAsync(ReviewedUser.Of("somebody", null), [Ground.ListPods()], ProbePurpose.ConfirmRemoval, Ground.Ct));
        Assert.IsType<Reading<StandingBinding>.Unreadable>(await cluster.ReadBindingAsync(new BindingName("x", ""), Ground.Ct));
        Assert.NotNull(await cluster.CheckAsync(Ground.Ct));
    }

    [Fact]
    public async Task Create_WhenAProxyAnswers404_ThenUnknown()
    {
        await using var server = await StubServer.StartAsync(_ => (404, "404 page not found"));
        using var clusters = Open(server);
        var id = RequestId.FromBytes(new byte[17]);
        var now = TimeProvider.System.GetUtcNow();
        var spec = new BindingSpec(id, TicketId.Parse("CASE-1"), BindingName.For(id, new Scope.Cluster()), "somebody", "aks-service", now.AddHours(1));

        Assert.IsType<BindingOutcome.Unknown>(await clusters.Find(Cluster)!.CreateAsync(spec, now.AddSeconds(30), Ground.Ct));
    }

    [Fact]
    public async Task Watch_WhenItsVersionIsTooOld_ThenListsAgainAndSaysThatAnythingMayHaveChanged()
    {
        await using var server = await StubServer.StartAsync(asked =>
            !asked.Contains("clusterrolebindings", StringComparison.Ordinal) ? (403, "{}")
            : !asked.Contains("watch=true", StringComparison.Ordinal) ? (200, """{"metadata": {"resourceVersion": "5"}, "items": []}""")
            : asked.Contains("resourceVersion=5", StringComparison.Ordinal)
                ? (200, """{"type": "BOOKMARK", "object": {"kind": "ClusterRoleBinding", "metadata": {"resourceVersion": "7"}}}""")
                : (200, """{"type": "ERROR", "object": {"kind": "Status", "metadata": {}, "status": "Failure", "reason": "Expired", "code": 410}}"""));
        using var clusters = Open(server);
        await using var changes = clusters.Find(Cluster)!.WatchAsync("aks-service", Ground.Ct).GetAsyncEnumerator(Ground.Ct);

        for (var i = 0; i < 2; i++)
        {
            Assert.True(await changes.MoveNextAsync());
            Assert.IsType<ClusterChange.OfAnything>(changes.Current);
        }

        List<string> asked;
        lock (server.Asked)
            asked = [.. server.Asked.Where(one => one.Contains("clusterrolebindings", StringComparison.Ordinal)).Select(one => one[(one.LastIndexOf('&') + 1)..])];
        Assert.Equal(["limit=1", "resourceVersion=5", "resourceVersion=7", "limit=1"], asked.Take(4));
    }

    /// <summary>Each list prompts a sweep: a server that calls every version too old must not have the broker do nothing else.</summary>
    [Theory]
    [InlineData(410, "{}")]
    [InlineData(200, """{"type": "ERROR", "object": {"kind": "Status", "metadata": {}, "status": "Failure", "reason": "Expired", "code": 410}}""")]
    public async Task Watch_WhenTheVersionJustListedIsTooOld_ThenListsAgainAfterAPause(int code, string answer)
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await StubServer.StartAsync(asked => !asked.Contains("clusterrolebindings", StringComparison.Ordinal) ? (403, "{}")
            : asked.Contains("watch=true", StringComparison.Ordinal) ? (code, answer)
            : (200, """{"metadata": {"resourceVersion": "5"}, "items": []}"""));
        using var clusters = Open(server, clock);
        await using var changes = clusters.Find(Cluster)!.WatchAsync("aks-service", Ground.Ct).GetAsyncEnumerator(Ground.Ct);
        var begun = clock.GetUtcNow();

        for (var i = 0; i < 4; i++)
        {
            var next = changes.MoveNextAsync().AsTask();
            while (await Task.WhenAny(next, Task.Delay(50, Ground.Ct)) != next)
                clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await next);
        }

        // Pauses of 1, 2 and 4 s lie between them.
        Assert.True(clock.GetUtcNow() - begun >= TimeSpan.FromSeconds(7), $"{clock.GetUtcNow() - begun}");
    }

    private static KubernetesClusters Open(StubServer server, TimeProvider? time = null)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, server.Kubeconfig);
            return new KubernetesClusters([new ClusterConnection(Cluster, path, "test")], time ?? TimeProvider.System);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
