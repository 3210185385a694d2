using AksArcJit.Broker.Ports;

namespace AksArcJit.Kubernetes.Bindings;

/// <summary>Whose a binding is that stands under a grant's name.</summary>
internal static class Ownership
{
    /// <summary>In what a standing binding differs from the one that the grant wants; null where it is the same.</summary>
    public static string? Difference(LiveBinding live, BindingSpec spec, string installation) =>
        !live.IsFor(spec.User) ? $"it names {Names(live.Standing.Subjects)}, not User/{spec.User}"
        : !live.RefersTo(spec.Role) ? $"it refers to {live.Standing.RoleRef}, not ClusterRole/{spec.Role}"
        : live.Standing.Request != spec.Request ? $"it belongs to request {live.Standing.Request?.Text ?? "unknown"}"
        : live.Standing.Installation != installation ? $"it belongs to installation {live.Standing.Installation ?? "unknown"}"
        : null;

    /// <summary>
    /// True where a removal must take it: by uid, by our labels and request annotation, or because it gives the engineer something, whatever it
    /// is and however it is labelled by now: nobody else has a use for the grant's name.
    /// </summary>
    public static bool IsOurs(LiveBinding live, BindingSpec spec, string? uid, string installation) =>
        live.Standing.Uid == uid
        || (live.Standing.Installation == installation && live.Standing.Request == spec.Request)
        || live.Names(spec.User);

    private static string Names(IReadOnlyList<string> subjects) => subjects.Count > 0 ? string.Join(", ", subjects) : "nobody";
}
