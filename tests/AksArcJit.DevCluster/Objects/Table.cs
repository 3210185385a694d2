using System.Text.Json.Nodes;

namespace AksArcJit.DevCluster.Objects;

/// <summary>Server-side printing: the rows that kubectl shows.</summary>
internal sealed class Table(TimeProvider clock)
{
    private sealed record Column(string Name, Func<JsonObject, JsonNode?> Cell, bool Wide = false);

    /// <param name="include">None, Metadata (default) or Object: what each row carries beside its cells.</param>
    public JsonObject Of(ResourceType type, IEnumerable<StoredObject> objects, JsonObject metadata, string include)
    {
        var columns = Columns(type);
        return new()
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = metadata,
            ["columnDefinitions"] = new JsonArray([.. columns.Select(Definition)]),
            ["rows"] = new JsonArray([.. objects.Select(stored => Row(columns, stored.Read(), include))]),
        };
    }

    private static JsonNode Definition(Column column) => new JsonObject
    {
        ["name"] = column.Name,
        ["type"] = "string",
        ["format"] = column.Name == "Name" ? "name" : "",
        ["description"] = column.Name,
        ["priority"] = column.Wide ? 1 : 0,
    };

    private static JsonObject Row(Column[] columns, JsonObject body, string include)
    {
        var row = new JsonObject { ["cells"] = new JsonArray([.. columns.Select(column => column.Cell(body))]) };
        if (include == "Object")
            row["object"] = body;
        else if (include != "None")
        {
            row["object"] = new JsonObject
            {
                ["kind"] = "PartialObjectMetadata",
                ["apiVersion"] = "meta.k8s.io/v1",
                ["metadata"] = body["metadata"]!.DeepClone(),
            };
        }
        return row;
    }

    private Column[] Columns(ResourceType type)
    {
        var name = new Column("Name", body => body.Object("metadata").Text("name"));
        var age = new Column("Age", Age);
        return type.Kind switch
        {
            "Pod" =>
            [
                name, new("Ready", Ready), new("Status", body => body.Object("status").Text("phase")),
                new("Restarts", Restarts), age,
                new("IP", body => body.Object("status").Text("podIP"), Wide: true),
                new("Node", body => body.Object("spec").Text("nodeName"), Wide: true),
            ],
            "Namespace" => [name, new("Status", body => body.Object("status").Text("phase")), age],
            "Secret" => [name, new("Type", body => body.Text("type")), new("Data", body => (body.Object("data")?.Count ?? 0).ToString()), age],
            "ClusterRole" or "Role" => [name, new("Created At", body => body.Object("metadata").Text("creationTimestamp"))],
            "ClusterRoleBinding" or "RoleBinding" =>
            [
                name, new("Role", body => $"{body.Object("roleRef").Text("kind")}/{body.Object("roleRef").Text("name")}"), age,
                Subjects("Users", "User"), Subjects("Groups", "Group"), Subjects("ServiceAccounts", "ServiceAccount"),
            ],
            _ => [name, age],
        };
    }

    private static Column Subjects(string column, string kind) => new(column, body => string.Join(", ", body.Objects("subjects")
        .Where(subject => subject.Text("kind") == kind)
        .Select(subject => kind == "ServiceAccount" ? $"{subject.Text("namespace")}/{subject.Text("name")}" : subject.Text("name"))), Wide: true);

    private static JsonNode Ready(JsonObject pod)
    {
        var containers = pod.Object("status").Objects("containerStatuses").ToArray();
        return $"{containers.Count(container => container["ready"]?.GetValue<bool>() == true)}/{pod.Object("spec").Objects("containers").Count()}";
    }

    private static JsonNode Restarts(JsonObject pod) =>
        pod.Object("status").Objects("containerStatuses").Sum(container => container["restartCount"]?.GetValue<int>() ?? 0).ToString();

    /// <summary>k8s.io/apimachinery <c>duration.HumanDuration</c>, to the granularity that fits a column.</summary>
    private JsonNode Age(JsonObject body)
    {
        var created = DateTimeOffset.Parse(body.Object("metadata").Text("creationTimestamp"));
        return (clock.GetUtcNow() - created) switch
        {
            { TotalSeconds: < 120 } age => $"{Math.Max(0, (int)age.TotalSeconds)}s",
            { TotalMinutes: < 10 } age => age.Seconds == 0 ? $"{age.Minutes}m" : $"{age.Minutes}m{age.Seconds}s",
            { TotalHours: < 3 } age => $"{(int)age.TotalMinutes}m",
            { TotalHours: < 48 } age => $"{(int)age.TotalHours}h",
            var age => $"{(int)age.TotalDays}d",
        };
    }
}
