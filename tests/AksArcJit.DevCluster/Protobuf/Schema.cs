namespace AksArcJit.DevCluster.Protobuf;

/// <summary>Field numbers from the generated.proto files of k8s.io/api and k8s.io/apimachinery, for what kubectl sends as protobuf.</summary>
internal static class Schema
{
    private static readonly Message Metadata = new()
    {
        [1] = new("name"),
        [2] = new("generateName"),
        [3] = new("namespace"),
        [5] = new("uid"),
        [6] = new("resourceVersion"),
        [11] = new("labels", FieldShape.Map),
        [12] = new("annotations", FieldShape.Map),
        [14] = new("finalizers", FieldShape.Many),
    };

    private static readonly Message Subject = new() { [1] = new("kind"), [2] = new("apiGroup"), [3] = new("name"), [4] = new("namespace") };

    private static readonly Message RoleRef = new() { [1] = new("apiGroup"), [2] = new("kind"), [3] = new("name") };

    private static readonly Message Rule = new()
    {
        [1] = new("verbs", FieldShape.Many),
        [2] = new("apiGroups", FieldShape.Many),
        [3] = new("resources", FieldShape.Many),
        [4] = new("resourceNames", FieldShape.Many),
        [5] = new("nonResourceURLs", FieldShape.Many),
    };

    private static readonly Message Requirement = new() { [1] = new("key"), [2] = new("operator"), [3] = new("values", FieldShape.Many) };

    private static readonly Message Selector = new()
    {
        [1] = new("matchLabels", FieldShape.Map),
        [2] = new("matchExpressions", FieldShape.Many, Requirement),
    };

    private static readonly Message AggregationRule = new() { [1] = new("clusterRoleSelectors", FieldShape.Many, Selector) };

    private static readonly Message Binding = new()
    {
        [1] = new("metadata", Of: Metadata),
        [2] = new("subjects", FieldShape.Many, Subject),
        [3] = new("roleRef", Of: RoleRef),
    };

    private static readonly Message Role = new()
    {
        [1] = new("metadata", Of: Metadata),
        [2] = new("rules", FieldShape.Many, Rule),
        [3] = new("aggregationRule", Of: AggregationRule),
    };

    private static readonly Message ResourceAttributes = new()
    {
        [1] = new("namespace"),
        [2] = new("verb"),
        [3] = new("group"),
        [4] = new("version"),
        [5] = new("resource"),
        [6] = new("subresource"),
        [7] = new("name"),
    };

    private static readonly Message PathAttributes = new() { [1] = new("path"), [2] = new("verb") };

    private static readonly Message SubjectReview = Review(new()
    {
        [1] = new("resourceAttributes", Of: ResourceAttributes),
        [2] = new("nonResourceAttributes", Of: PathAttributes),
        [3] = new("user"),
        [4] = new("groups", FieldShape.Many),
        [5] = new("extra", FieldShape.MapOfMany),
        [6] = new("uid"),
    });

    public static Message? Find(string kind) => kind switch
    {
        "ClusterRoleBinding" or "RoleBinding" => Binding,
        "ClusterRole" or "Role" => Role,
        "Namespace" => new() { [1] = new("metadata", Of: Metadata) },
        "SubjectAccessReview" or "LocalSubjectAccessReview" or "SelfSubjectAccessReview" => SubjectReview,
        "SelfSubjectRulesReview" => Review(new() { [1] = new("namespace") }),
        "DeleteOptions" => new()
        {
            [2] = new("preconditions", Of: new() { [1] = new("uid"), [2] = new("resourceVersion") }),
            [5] = new("dryRun", FieldShape.Many),
        },
        _ => null,
    };

    private static Message Review(Message spec) => new() { [1] = new("metadata", Of: Metadata), [2] = new("spec", Of: spec) };
}
