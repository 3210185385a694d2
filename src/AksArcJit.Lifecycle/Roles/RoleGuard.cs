namespace AksArcJit.Lifecycle.Roles;

/// <summary>A danger that a cluster's options may accept by name; what it means is said to the approver.</summary>
public enum Danger
{
    /// <summary>Reading or changing Secrets.</summary>
    Secrets,
    /// <summary>exec, attach, port-forward, proxy or ephemeral containers: running inside a workload or talking to it directly.</summary>
    Exec,
    /// <summary>nodes/proxy: the kubelet's API, every pod on the node.</summary>
    NodesProxy,
    /// <summary>Creating or changing pods and what makes pods.</summary>
    Workloads,
    /// <summary>A rule with <c>*</c>: it reaches what is installed tomorrow too.</summary>
    Wildcards,
}

/// <summary>One thing the guard found in a role, with the rule that carries it.</summary>
public abstract record GuardFinding(string Sentence, PolicyRule Rule)
{
    /// <summary>No option allows it.</summary>
    public sealed record Forbidden(string Sentence, PolicyRule Rule) : GuardFinding(Sentence, Rule);

    /// <summary>Allowed only where the cluster's options name it.</summary>
    public sealed record Dangerous(Danger Danger, string Sentence, PolicyRule Rule) : GuardFinding(Sentence, Rule);
}

/// <summary>Reads a role's rules as an attacker would (design section 6; the Kubernetes page "RBAC Good Practices", privilege escalation risks).</summary>
public static class RoleGuard
{
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string Certificates = "certificates.k8s.io";
    private const string Admission = "admissionregistration.k8s.io";
    private static readonly string[] RbacKinds = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"];
    private static readonly string[] AdmissionKinds =
    [
        "validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicies",
        "validatingadmissionpolicybindings", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
    ];
    private static readonly (string Group, string Resource)[] WorkloadKinds =
    [
        ("", "pods"), ("", "replicationcontrollers"), ("apps", "deployments"), ("apps", "daemonsets"), ("apps", "statefulsets"),
        ("apps", "replicasets"), ("batch", "jobs"), ("batch", "cronjobs"),
    ];
    private static readonly string[] WaysInto =
        ["pods/exec", "pods/attach", "pods/portforward", "pods/proxy", "services/proxy", "pods/ephemeralcontainers"];
    private static readonly string[] Impersonated = ["users", "groups", "serviceaccounts", "uids"];

    public static IReadOnlyList<GuardFinding> Inspect(RoleRules role) =>
        [.. role.Rules.SelectMany(rule => Forbidden(rule).Concat(Dangers(rule)))];

    /// <summary>What stands against granting the role on a cluster that accepts <paramref name="accepted"/>; empty if nothing does.</summary>
    public static IEnumerable<GuardFinding> Objections(RoleRules role, IReadOnlyCollection<Danger> accepted) =>
        Inspect(role).Where(finding => finding is not GuardFinding.Dangerous danger || !accepted.Contains(danger.Danger));

    private static IEnumerable<GuardFinding> Forbidden(PolicyRule rule)
    {
        if (RbacKinds.Any(kind => rule.Reaches(Rbac, kind)) && rule.HasVerb("create", "update", "patch", "delete", "deletecollection"))
            yield return new GuardFinding.Forbidden("It can change who may do what in the cluster (RBAC).", rule);
        if (RbacKinds.Any(kind => rule.Reaches(Rbac, kind)) && rule.HasVerb("bind", "escalate"))
            yield return new GuardFinding.Forbidden("It can hand out roles it does not hold (bind, escalate).", rule);
        // Constrained impersonation has verbs of its own: impersonate:user-info and the like.
        if ((rule.HasVerb("impersonate") || rule.Verbs.Any(verb => verb.StartsWith("impersonate", StringComparison.Ordinal)))
            && (Impersonated.Any(kind => rule.Reaches("", kind)) || rule.Reaches("authentication.k8s.io", "uids")
                || rule.Resources.Any(r => r.StartsWith("userextras", StringComparison.Ordinal))))
            yield return new GuardFinding.Forbidden("It can act as somebody else (impersonate).", rule);
        if (rule.Reaches("", "serviceaccounts/token") && rule.HasVerb("create"))
            yield return new GuardFinding.Forbidden("It can mint tokens of service accounts, which outlive the grant.", rule);
        if ((rule.Reaches(Certificates, "certificatesigningrequests/approval") && rule.HasVerb("update", "patch"))
            || (rule.Reaches(Certificates, "signers") && rule.HasVerb("approve", "sign")))
            yield return new GuardFinding.Forbidden("It can approve certificates, which outlive the grant.", rule);
        if (AdmissionKinds.Any(kind => rule.Reaches(Admission, kind)) && rule.HasVerb("create", "update", "patch", "delete", "deletecollection"))
            yield return new GuardFinding.Forbidden("It can change or switch off the cluster's admission control.", rule);
    }

    private static IEnumerable<GuardFinding> Dangers(PolicyRule rule)
    {
        if (rule.Reaches("", "secrets"))
            yield return new GuardFinding.Dangerous(Danger.Secrets, "It reaches Secrets: passwords, keys and tokens of your workloads.", rule);
        if (WaysInto.Any(sub => rule.Reaches("", sub)) && rule.HasVerb("get", "create", "update", "patch"))
            yield return new GuardFinding.Dangerous(Danger.Exec, "It can run commands inside your workloads or connect to them directly.", rule);
        if (rule.Reaches("", "nodes/proxy"))
            yield return new GuardFinding.Dangerous(Danger.NodesProxy, "It reaches the nodes' own interface, and through it every pod on them.", rule);
        if (WorkloadKinds.Any(kind => rule.Reaches(kind.Group, kind.Resource)) && rule.HasVerb("create", "update", "patch"))
            yield return new GuardFinding.Dangerous(Danger.Workloads, "It can start or change workloads, and so run any program in the cluster.", rule);
        if (rule.HasWildcard)
            yield return new GuardFinding.Dangerous(Danger.Wildcards, "It uses wildcards: it also reaches what is installed later.", rule);
    }
}
