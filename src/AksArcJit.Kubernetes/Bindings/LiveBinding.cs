using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using k8s.Models;

namespace AksArcJit.Kubernetes.Bindings;

/// <summary>A RoleBinding or ClusterRoleBinding as the API server shows it.</summary>
/// <param name="CarriesLabels">One of our labels at least: a binding that lost the other is still listed.</param>
/// <param name="Finalizers">Who must let go before a deleted object goes.</param>
internal sealed record LiveBinding(
    StandingBinding Standing, bool CarriesLabels, IReadOnlyList<string> Finalizers)
{
    public static LiveBinding Of(V1ClusterRoleBinding binding) => Of(binding.Metadata, binding.RoleRef, binding.Subjects);

    public static LiveBinding Of(V1RoleBinding binding) => Of(binding.Metadata, binding.RoleRef, binding.Subjects);

    /// <summary>True where it names exactly this user and no other subject.</summary>
    public bool IsFor(string user) => Standing.Subjects is [var only] && only == UserSubject(user);

    /// <summary>True where it gives the user something, whoever else it names.</summary>
    public bool Names(string user) => Standing.Subjects.Contains(UserSubject(user));

    public bool RefersTo(string role) => Standing.RoleRef == $"ClusterRole/{role}";

    private static LiveBinding Of(V1ObjectMeta meta, V1RoleRef roleRef, IList<Rbacv1Subject>? subjects)
    {
        var managed = Value(meta.Labels, Marks.ManagedBy) == Marks.Us;
        var installation = Value(meta.Labels, Marks.Installation);
        var standing = new StandingBinding(
            new BindingName(meta.Name, meta.NamespaceProperty ?? ""), meta.Uid, managed ? installation : null,
            RequestId.TryParse(Value(meta.Annotations, Marks.Request), out var request) ? request : null,
            Marks.ReadTime(Value(meta.Annotations, Marks.NotAfter)),
            [.. (subjects ?? []).Select(Subject)], $"{roleRef.Kind}/{roleRef.Name}",
            TicketId.TryParse(Value(meta.Annotations, Marks.Ticket), out var ticket) ? ticket : null, meta.DeletionTimestamp is not null);
        return new LiveBinding(standing, managed || installation is not null, [.. meta.Finalizers ?? []]);
    }

    private static string UserSubject(string user) => $"User/{user}";

    private static string Subject(Rbacv1Subject subject) => string.IsNullOrEmpty(subject.NamespaceProperty)
        ? $"{subject.Kind}/{subject.Name}"
        : $"{subject.Kind}/{subject.NamespaceProperty}/{subject.Name}";

    private static string? Value(IDictionary<string, string>? map, string key) =>
        map is not null && map.TryGetValue(key, out var value) ? value : null;
}
