using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Errors;

/// <summary>Every refusal with the code, reason and wording of k8s.io/apimachinery <c>pkg/api/errors</c> and <c>pkg/util/validation/field</c>.</summary>
internal static class Refusals
{
    private const string PatchTypes =
        "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json";

    public static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    public static StatusException NoSuchPath() =>
        new(404, "NotFound", "the server could not find the requested resource", []);

    public static StatusException NotFound(ResourceType type, string name) =>
        new(404, "NotFound", $"{type.Qualified} {Go.Quote(name)} not found", About(type.Group, type.Plural, name));

    public static StatusException AlreadyExists(ResourceType type, string name) =>
        new(409, "AlreadyExists", $"{type.Qualified} {Go.Quote(name)} already exists", About(type.Group, type.Plural, name));

    public static StatusException Modified(ResourceType type, string name) =>
        Conflict(type, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static StatusException Conflict(ResourceType type, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {type.Qualified} {Go.Quote(name)}: {why}", About(type.Group, type.Plural, name));

    /// <summary>A delete whose precondition fails names the kind, not the resource (registry/rest BeforeDelete).</summary>
    public static StatusException DeletePrecondition(ResourceType type, string name, string why)
    {
        var kind = type.Group.Length == 0 ? type.Kind : $"{type.Kind}.{type.Group}";
        return new(409, "Conflict", $"Operation cannot be fulfilled on {kind} {Go.Quote(name)}: {why}", About(type.Group, type.Kind, name));
    }

    public static StatusException Forbidden(string group, string resource, string name, string why)
    {
        var qualified = group.Length == 0 ? resource : $"{resource}.{group}";
        var subject = (resource, name) switch
        {
            ("", _) => "forbidden",
            (_, "") => $"{qualified} is forbidden",
            _ => $"{qualified} {Go.Quote(name)} is forbidden",
        };
        return new(403, "Forbidden", $"{subject}: {why}", About(group, resource, name));
    }

    /// <summary>k8s.io/apiserver <c>pkg/admission/plugin/namespace/lifecycle</c>.</summary>
    public static StatusException NamespaceTerminating(ResourceType type, string name, string inNamespace)
    {
        var details = About(type.Group, type.Plural, name);
        details["causes"] = new JsonArray(new JsonObject
        {
            ["reason"] = "NamespaceTerminating",
            ["message"] = $"namespace {inNamespace} is being terminated",
            ["field"] = "metadata.namespace",
        });
        return new(403, "Forbidden",
            $"{type.Qualified} {Go.Quote(name)} is forbidden: unable to create new content in namespace {inNamespace} because it is being terminated", details);
    }

    public static StatusException Invalid(ResourceType type, string name, IReadOnlyList<FieldFault> faults)
    {
        var kind = type.Group.Length == 0 ? type.Kind : $"{type.Kind}.{type.Group}";
        var told = faults.Count == 1 ? faults[0].Told : $"[{string.Join(", ", faults.Select(fault => fault.Told))}]";
        var details = About(type.Group, type.Kind, name);
        details["causes"] = new JsonArray([.. faults.Select(fault => fault.ToCause())]);
        return new(422, "Invalid", $"{kind} {Go.Quote(name)} is invalid: {told}", details);
    }

    public static StatusException Expired(string message) => new(410, "Expired", message);

    public static StatusException TooLarge(long asked, long current)
    {
        var details = new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
        };
        return new(504, "Timeout", $"Timeout: Too large resource version: {asked}, current: {current}", details, retryAfterSeconds: 1);
    }

    public static StatusException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static StatusException NotAcceptable() =>
        new(406, "NotAcceptable", "only the following media types are accepted: application/json");

    public static StatusException TooBig() =>
        new(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");

    public static StatusException UnsupportedMediaType(bool patch) =>
        new(415, "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: " + (patch ? PatchTypes : "application/json, application/vnd.kubernetes.protobuf"));

    /// <summary>The answer of an injected fault, worded as the API server or its front would.</summary>
    public static StatusException Injected(int code, int? retryAfterSeconds) => code switch
    {
        409 => new(409, "Conflict", "Operation cannot be fulfilled: injected by DevCluster", null, retryAfterSeconds),
        429 => new(429, "TooManyRequests", "too many requests, please try again later", null, retryAfterSeconds ?? 1),
        500 => new(500, "InternalError", "Internal error occurred: injected by DevCluster", null, retryAfterSeconds),
        503 => new(503, "ServiceUnavailable", "the server is currently unable to handle the request", null, retryAfterSeconds),
        504 => new(504, "Timeout", "Timeout: request did not complete within the allotted timeout", null, retryAfterSeconds),
        _ => new(code, "Unknown", $"status {code} injected by DevCluster", null, retryAfterSeconds),
    };

    private static JsonObject About(string group, string kind, string name)
    {
        var details = new JsonObject();
        if (name.Length > 0)
            details["name"] = name;
        if (group.Length > 0)
            details["group"] = group;
        if (kind.Length > 0)
            details["kind"] = kind;
        return details;
    }
}
