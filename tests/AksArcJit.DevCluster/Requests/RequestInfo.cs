using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Rbac;
using AksArcJit.DevCluster.Tokens;

namespace AksArcJit.DevCluster.Requests;

/// <summary>What a method and a path ask for: apiserver <c>RequestInfoFactory.NewRequestInfo</c>.</summary>
/// <param name="Resource">"" for a path that is no resource.</param>
internal sealed record RequestInfo(
    string Path, string Verb, string Group, string Version, string Namespace, string Resource, string Subresource, string Name)
{
    public bool IsResource => Resource.Length > 0;

    public AccessRequest AccessOf(Identity user) => IsResource
        ? AccessRequest.OnResource(user, Verb, Group, Resource, Subresource, Name, Namespace)
        : AccessRequest.OnPath(user, Verb, Path);

    public static RequestInfo Parse(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (group, version, rest) = parts switch
        {
            ["api", var v, .. var r] => ("", v, r),
            ["apis", var g, var v, .. var r] => (g, v, r),
            _ => ("", "", []),
        };
        if (rest.Length == 0)
            return new(path, request.Method.ToLowerInvariant(), "", "", "", "", "", "");

        var inNamespace = "";
        if (rest is ["namespaces", var named, ..])
        {
            inNamespace = named;
            if (rest.Length > 2 && rest[2] is not ("status" or "finalize"))
                rest = rest[2..];
        }
        var name = rest.Length > 1 ? rest[1] : "";
        var subresource = rest.Length > 2 ? string.Join('/', rest[2..]) : "";
        return Named(request, new(path, Verbs(request, name), group, version, inNamespace, rest[0], subresource, name));
    }

    private static string Verbs(HttpRequest request, string name) => request.Method switch
    {
        "POST" => "create",
        "GET" or "HEAD" when ListOptions.Flag(request.Query, "watch") => "watch",
        "GET" or "HEAD" => name.Length == 0 ? "list" : "get",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => name.Length == 0 ? "deletecollection" : "delete",
        _ => throw Refusals.MethodNotAllowed(),
    };

    /// <summary>A list or watch of one name is authorized as a request for that name.</summary>
    private static RequestInfo Named(HttpRequest request, RequestInfo info) =>
        info is { Verb: "list" or "watch" or "deletecollection", Name: "" }
            ? info with { Name = FieldSelector.Parse(request.Query["fieldSelector"].ToString()).RequiredName }
            : info;
}
