using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using Microsoft.Extensions.Options;

namespace AksArcJit.Broker.Options;

/// <summary>Reports every fault of the options at once, each with where it stands and what to write instead.</summary>
public sealed class BrokerOptionsValidation : IValidateOptions<BrokerOptions>
{
    public ValidateOptionsResult Validate(string? name, BrokerOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(BrokerOptions options)
    {
        if (!DnsLabel.IsValid(options.Installation))
            yield return "installation: give this installation a name of 1 to 63 of a-z 0-9 -, for example \"prod-eu\".";
        if (!Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return "publicUrl: give the absolute address at which approvers reach this broker, for example \"https://access.example.com\".";
        else if (url.Scheme == "http" && !url.IsLoopback)
            yield return "publicUrl: consent links travel over https; http is only for loopback.";
        if (options.Consent.KeyFile.Length == 0)
            yield return "consent.keyFile: name a file with at least 32 random bytes (head -c 32 /dev/urandom > FILE).";
        else if (!File.Exists(options.Consent.KeyFile) || new FileInfo(options.Consent.KeyFile).Length < ConsentKey.LeastBytes)
            yield return $"consent.keyFile: '{options.Consent.KeyFile}' is missing or shorter than 32 bytes (head -c 32 /dev/urandom > FILE).";
        else if (!IsReadable(options.Consent.KeyFile))
            yield return $"consent.keyFile: '{options.Consent.KeyFile}' may not be read by the user '{Environment.UserName}', as whom this process runs; give it to that user.";
        if (options.Clusters.Count == 0)
            yield return "clusters: name at least one cluster.";
        foreach (var twin in options.Clusters.GroupBy(cluster => cluster.Id, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return $"clusters: the id '{twin.Key}' is used {twin.Count()} times; ids are unique.";
        foreach (var (cluster, index) in options.Clusters.Select((cluster, index) => (cluster, index)))
            foreach (var fault in Faults(cluster))
                yield return $"clusters[{index}].{fault}";
    }

    private static bool IsReadable(string file)
    {
        try
        {
            using var handle = File.OpenHandle(file);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // They stand in the headers of mails. U+2028 and U+2029 are line breaks too.
    private static bool HasControls(string text) => text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029');

    private static IEnumerable<string> Faults(ClusterOptions cluster)
    {
        if (!ClusterId.TryParse(cluster.Id, out _))
            yield return "id: 1 to 63 of a-z 0-9 -, a letter or digit at both ends.";
        if (string.IsNullOrWhiteSpace(cluster.DisplayName))
            yield return "displayName: the name that approvers know and type to confirm.";
        if (string.IsNullOrWhiteSpace(cluster.Customer))
            yield return "customer: whose cluster it is, as the ticket system names them.";
        if (cluster.InCluster && cluster.Kubeconfig.Length > 0)
            yield return "kubeconfig: with inCluster there is none; leave it out.";
        if (!cluster.InCluster && !File.Exists(cluster.Kubeconfig))
            yield return $"kubeconfig: the file '{cluster.Kubeconfig}' does not exist.";
        if (cluster.Uid.Length > 0 && !(Guid.TryParseExact(cluster.Uid, "D", out var uid) && $"{uid}" == cluster.Uid))
            yield return "uid: that of the cluster's namespace kube-system (kubectl get namespace kube-system -o jsonpath={.metadata.uid}), or nothing.";
        if (cluster.SubjectClaim is not ("oid" or "upn"))
            yield return "subjectClaim: \"oid\" or \"upn\", whichever the cluster's authentication takes as user name.";
        if (string.IsNullOrWhiteSpace(cluster.Role))
            yield return "role: the ClusterRole to grant, usually \"aks-service\".";
        if (!Iso8601.TryParse(cluster.MaximumDuration, out var longest) || longest <= TimeSpan.Zero || longest > TimeSpan.FromHours(24))
            yield return "maximumDuration: an ISO 8601 duration above zero and at most PT24H, for example \"PT8H\".";
        if (!Iso8601.TryParse(cluster.ConsentLifetime, out var lifetime) || lifetime < TimeSpan.FromMinutes(1) || lifetime > TimeSpan.FromDays(7))
            yield return "consentLifetime: an ISO 8601 duration from PT1M to P7D, for example \"PT4H\".";
        if (cluster.Quorum < 1)
            yield return "quorum: at least 1.";
        if (cluster.Quorum > 1)
            yield return "quorum: a quorum above 1 needs approvers who sign in, which this build does not offer yet; set it to 1.";
        if (cluster.Approvers.Count < cluster.Quorum || cluster.Approvers.Count == 0)
            yield return "approvers: name at least as many persons as the quorum.";
        if (cluster.Scopes.Count == 0 || cluster.Scopes.Any(scope => scope is not ("Cluster" or "Namespace")))
            yield return "scopes: one or both of \"Cluster\" and \"Namespace\".";
        if (cluster.Scopes.Contains("Namespace") && cluster.Namespaces.Count == 0)
            yield return "namespaces: with scope \"Namespace\", name the namespaces that may be asked for, or \"*\" for any.";
        foreach (var bad in cluster.Namespaces.Where(one => one != "*" && !DnsLabel.IsValid(one)))
            yield return $"namespaces: '{bad}' is no namespace name.";
        foreach (var bad in cluster.AcceptedDangers.Where(one => !Enum.GetNames<Danger>().Contains(one)))
            yield return $"acceptedDangers: '{bad}' is not one of {string.Join(", ", Enum.GetNames<Danger>())}.";
        foreach (var (approver, index) in cluster.Approvers.Select((approver, index) => (approver, index)))
            if (new[] { approver.Issuer, approver.ObjectId, approver.Name }.Any(string.IsNullOrWhiteSpace))
                yield return $"approvers[{index}]: issuer, objectId and name are all needed; mail is for delivery only.";
        foreach (var (approver, index) in cluster.Approvers.Select((approver, index) => (approver, index)))
            if (new[] { approver.Issuer, approver.ObjectId, approver.Name, approver.Mail }.Any(HasControls))
                yield return $"approvers[{index}]: issuer, objectId, name and mail are one line each, without line breaks and other control characters.";
        foreach (var (approver, index) in cluster.Approvers.Select((approver, index) => (approver, index)))
            if (approver.TimeZone.Length > 0 && !TimeZoneInfo.TryFindSystemTimeZoneById(approver.TimeZone, out _))
                yield return $"approvers[{index}].timeZone: '{approver.TimeZone}' is no time zone that this machine knows; an IANA name, for example \"Europe/Berlin\" (minimal images need the package tzdata).";
        if (cluster.Approvers.GroupBy(one => (one.Issuer, one.ObjectId)).Any(group => group.Count() > 1))
            yield return "approvers: the same person (issuer, objectId) stands twice.";
    }
}
