using System.Text.Json.Nodes;

namespace AksArcJit.DevCluster.Tests.Requests;

public sealed class WriteTests : IAsyncLifetime
{
    private const string Path = ClusterClient.ClusterRoleBindings + "/a";

    private DevClusterHost _cluster = null!;
    private ClusterClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await DevClusterHost.StartAsync(null, TestContext.Current.CancellationToken);
        _admin = new(_cluster, _cluster.AdminToken);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Create_SetsWhatTheServerOwns_AndItsDefaults()
    {
        var created = await Create();

        Assert.Equal(201, created.Code);
        Assert.Equal("ClusterRoleBinding", (string?)created.Body["kind"]);
        Assert.True(Guid.TryParse(created.Uid, out _));
        Assert.Equal(_cluster.ResourceVersion.ToString(), created.ResourceVersion);
        Assert.Equal("rbac.authorization.k8s.io", (string?)created.Body["roleRef"]!["apiGroup"]);
        Assert.Equal("rbac.authorization.k8s.io", (string?)created.Body["subjects"]![0]!["apiGroup"]);
        var twin = await Create();
        Assert.Equal((409, "AlreadyExists", "clusterrolebindings.rbac.authorization.k8s.io \"a\" already exists"), (twin.Code, twin.Reason, twin.Message));
    }

    [Fact]
    public async Task Create_WhenDryRun_ChecksButKeepsNothing()
    {
        var before = _cluster.ResourceVersion;

        var dry = await _admin.Post(ClusterClient.ClusterRoleBindings + "?dryRun=All", ClusterClient.Binding("a"));

        Assert.Equal(201, dry.Code);
        Assert.Equal(404, (await _admin.Get(Path)).Code);
        Assert.Equal(before, _cluster.ResourceVersion);
        await Create();
        Assert.Equal(409, (await _admin.Post(ClusterClient.ClusterRoleBindings + "?dryRun=All", ClusterClient.Binding("a"))).Code);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"a"},"roleRef":{"kind":"Role","name":"r"}}""", "roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"")]
    [InlineData("""{"metadata":{"name":"a/b"},"roleRef":{"kind":"ClusterRole","name":"r"}}""", "metadata.name: Invalid value: \"a/b\": may not contain '/'")]
    [InlineData("""{"roleRef":{"kind":"ClusterRole","name":"r"}}""", "metadata.name: Required value: name or generateName is required")]
    [InlineData("""{"metadata":{"name":"a","labels":{"k":"no spaces"}},"roleRef":{"kind":"ClusterRole","name":"r"}}""", "metadata.labels: Invalid value: \"no spaces\"")]
    [InlineData("""{"metadata":{"name":"a"},"roleRef":{"kind":"ClusterRole","name":"r"},"subjects":[{"kind":"Robot","name":"x"}]}""", "subjects[0].kind: Unsupported value: \"Robot\"")]
    public async Task Create_WhenInvalid_Is422AndNamesTheField(string body, string told)
    {
        var reply = await _admin.Post(ClusterClient.ClusterRoleBindings, JsonNode.Parse(body)!);

        Assert.Equal((422, "Invalid"), (reply.Code, reply.Reason));
        Assert.Contains(told, reply.Message);
    }

    [Fact]
    public async Task Bodies_WhenUnreadable_AreTheClientsFault()
    {
        Assert.Equal(400, (await _admin.Post(ClusterClient.ClusterRoleBindings, new JsonArray())).Code);
        Assert.Equal(400, (await _admin.Post(ClusterClient.ClusterRoleBindings, new JsonObject { ["metadata"] = 7 })).Code);
        Assert.Equal(415, (await _admin.Send(HttpMethod.Post, ClusterClient.ClusterRoleBindings, ClusterClient.Binding("a"), "application/yaml")).Code);
        Assert.Equal(413, (await _admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding(new string('x', 4_000_000)))).Code);
    }

    [Fact]
    public async Task Delete_WhenTheUidDiffers_IsAConflictAndKeepsIt()
    {
        var created = await Create();
        var other = Guid.NewGuid().ToString();

        var refused = await _admin.Delete(Path, Preconditions("uid", other));

        Assert.Equal((409, "Conflict"), (refused.Code, refused.Reason));
        Assert.Equal($"Operation cannot be fulfilled on ClusterRoleBinding.rbac.authorization.k8s.io \"a\": the UID in the precondition ({other}) "
            + $"does not match the UID in record ({created.Uid}). The object might have been deleted and then recreated", refused.Message);
        Assert.Equal(200, (await _admin.Get(Path)).Code);
        Assert.Equal(409, (await _admin.Delete(Path, Preconditions("resourceVersion", "1"))).Code);

        var deleted = await _admin.Delete(Path, Preconditions("uid", created.Uid));
        Assert.Equal((200, "Success", created.Uid), (deleted.Code, (string?)deleted.Body["status"], (string?)deleted.Body["details"]!["uid"]));
        var again = await _admin.Delete(Path, Preconditions("uid", created.Uid));
        Assert.Equal((404, "NotFound", "clusterrolebindings.rbac.authorization.k8s.io \"a\" not found"), (again.Code, again.Reason, again.Message));
    }

    [Fact]
    public async Task Delete_WhenFinalizersHoldIt_WaitsForTheLastOne()
    {
        await Create();
        await _admin.Patch(Path, JsonNode.Parse("""{"metadata":{"finalizers":["x.io/a"]}}""")!, "application/merge-patch+json");

        var deleting = await _admin.Delete(Path);
        var kept = await _admin.Get(Path);
        var freed = await _admin.Patch(Path, JsonNode.Parse("""{"metadata":{"finalizers":null}}""")!, "application/merge-patch+json");

        Assert.Equal("ClusterRoleBinding", (string?)deleting.Body["kind"]);
        Assert.NotNull(kept.Body["metadata"]!["deletionTimestamp"]);
        Assert.Equal(200, freed.Code);
        Assert.Equal(404, (await _admin.Get(Path)).Code);
    }

    [Fact]
    public async Task Update_WhenStale_IsAConflict_AndTheRoleNeverChanges()
    {
        var created = await Create();
        var changed = created.Body.DeepClone();
        changed["subjects"]![0]!["name"] = "other";
        Assert.Equal(200, (await _admin.Put(Path, changed)).Code);

        var stale = await _admin.Put(Path, changed);
        var rebound = await _admin.Put(Path, ClusterClient.Binding("a", role: "edit"));

        Assert.Equal((409, "Conflict"), (stale.Code, stale.Reason));
        Assert.Equal((422, "Invalid"), (rebound.Code, rebound.Reason));
        Assert.Contains("cannot change roleRef", rebound.Message);
    }

    [Fact]
    public async Task Update_WhenNothingChanges_KeepsTheVersion()
    {
        var created = await Create();

        Assert.Equal(created.ResourceVersion, (await _admin.Put(Path, created.Body)).ResourceVersion);
    }

    [Fact]
    public async Task DeleteNamespace_TakesItsRoleBindings()
    {
        var path = ClusterClient.Rbac + "/namespaces/demo/rolebindings";
        await _admin.Post(path, ClusterClient.Binding("a"));

        await _admin.Delete("/api/v1/namespaces/demo");

        Assert.Empty((await _admin.Get(ClusterClient.Rbac + "/rolebindings")).Body["items"]!.AsArray());
        var refused = await _admin.Post(path, ClusterClient.Binding("b"));
        Assert.Equal((404, "namespaces \"demo\" not found"), (refused.Code, refused.Message));
    }

    private Task<Reply> Create() => _admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("a"));

    private static JsonObject Preconditions(string field, string value) =>
        new() { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1", ["preconditions"] = new JsonObject { [field] = value } };
}
