using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Rbac;
using AksArcJit.DevCluster.Requests;
using AksArcJit.DevCluster.Tokens;

namespace AksArcJit.DevCluster.Reviews;

/// <summary>
/// authorization.k8s.io/v1: the authorizer's own answer. A SubjectAccessReview is judged with exactly the groups that it
/// lists; the server does not add system:authenticated.
/// </summary>
internal sealed class AccessReviews(Authorizer authorizer)
{
    /// <summary>Plural, kind and whether it is posted in a namespace.</summary>
    public static readonly IReadOnlyList<(string Plural, string Kind, bool Namespaced)> Types =
    [
        ("localsubjectaccessreviews", "LocalSubjectAccessReview", true),
        ("selfsubjectaccessreviews", "SelfSubjectAccessReview", false),
        ("selfsubjectrulesreviews", "SelfSubjectRulesReview", false),
        ("subjectaccessreviews", "SubjectAccessReview", false),
    ];

    public Answer Create(Identity caller, RequestInfo info, RequestBody body)
    {
        var (_, kind, namespaced) = Types.FirstOrDefault(type => type.Plural == info.Resource);
        if (kind is null || namespaced != info.Namespace.Length > 0 || info.Subresource.Length > 0)
            throw Refusals.NoSuchPath();
        var review = body.ReadObject();
        if (review.Text("kind") is { Length: > 0 } sent && sent != kind)
            throw Refusals.BadRequest($"{sent} cannot be handled as a {kind}");
        review["kind"] = kind;
        review["apiVersion"] = $"{ResourceTypes.AuthorizationGroup}/v1";
        review["metadata"] ??= new JsonObject { ["creationTimestamp"] = null };
        review["status"] = kind == "SelfSubjectRulesReview" ? Rules(caller, review) : Judge(caller, kind, info, review);
        return Answer.Created(review);
    }

    private JsonObject Judge(Identity caller, string kind, RequestInfo info, JsonObject review)
    {
        var spec = review.Object("spec") ?? [];
        var user = kind == "SelfSubjectAccessReview" ? caller : Reviewed(kind, spec);
        var decision = authorizer.Authorize(Access(user, kind, info, spec));
        var status = new JsonObject { ["allowed"] = decision.Allowed };
        if (decision.Reason.Length > 0)
            status["reason"] = decision.Reason;
        return status;
    }

    private static Identity Reviewed(string kind, JsonObject spec)
    {
        if (spec.Text("user").Length == 0 && spec.Texts("groups").Length == 0)
            throw Invalid(kind, FieldFault.Invalid("spec.user", "\"\"", "at least one of user or group must be specified"));
        var extra = (spec.Object("extra") ?? []).ToDictionary(
            pair => pair.Key.ToLowerInvariant(), pair => (IReadOnlyList<string>)spec.Object("extra").Texts(pair.Key), StringComparer.Ordinal);
        return new(spec.Text("user"), spec.Text("uid"), spec.Texts("groups"), extra);
    }

    private static AccessRequest Access(Identity user, string kind, RequestInfo info, JsonObject spec)
    {
        switch (spec.Object("resourceAttributes"), spec.Object("nonResourceAttributes"))
        {
            case ({ } asked, null):
                if (kind == "LocalSubjectAccessReview" && asked.Text("namespace") != info.Namespace)
                    throw Invalid(kind, FieldFault.Invalid("spec.resourceAttributes.namespace", Go.Quote(asked.Text("namespace")), "must match metadata.namespace"));
                return AccessRequest.OnResource(user, asked.Text("verb"), asked.Text("group"), asked.Text("resource"),
                    asked.Text("subresource"), asked.Text("name"), asked.Text("namespace"));
            case (null, { } asked):
                return AccessRequest.OnPath(user, asked.Text("verb"), asked.Text("path"));
            case (null, null):
                throw Invalid(kind, FieldFault.Invalid("spec.resourceAttributes", "null", "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
            default:
                throw Invalid(kind, FieldFault.Invalid("spec.nonResourceAttributes", "{}", "cannot be specified in combination with resourceAttributes"));
        }
    }

    private JsonObject Rules(Identity caller, JsonObject review)
    {
        var inNamespace = review.Object("spec").Text("namespace");
        if (inNamespace.Length == 0)
            throw Refusals.BadRequest("no namespace on request");
        var rules = authorizer.RulesFor(caller, inNamespace).ToLookup(rule => rule.NonResourceUrls.Length > 0, rule => (JsonNode)rule.ToJson());
        return new() { ["resourceRules"] = new JsonArray([.. rules[false]]), ["nonResourceRules"] = new JsonArray([.. rules[true]]), ["incomplete"] = false };
    }

    private static StatusException Invalid(string kind, FieldFault fault) =>
        Refusals.Invalid(new(ResourceTypes.AuthorizationGroup, kind, kind, false), "", [fault]);
}
