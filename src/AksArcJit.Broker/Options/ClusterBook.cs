using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;

namespace AksArcJit.Broker.Options;

/// <summary>A cluster as the options describe it, read once.</summary>
/// <param name="GroupsClaim">Empty where the cluster knows no groups.</param>
public sealed record ClusterEntry(ClusterId Id, string DisplayName, ClusterPolicy Policy, string SubjectClaim, string GroupsClaim, IReadOnlyList<ApproverEntry> Approvers);

/// <param name="Mail">For delivery only; null where the options name none.</param>
/// <param name="Zone">UTC where the options name none.</param>
/// <param name="Channels">Empty where the usual ones are meant.</param>
public sealed record ApproverEntry(Person Person, string Name, string? Mail, TimeZoneInfo Zone, IReadOnlyList<string> Channels);

/// <summary>The clusters of the options, by id.</summary>
public sealed class ClusterBook
{
    private readonly Dictionary<ClusterId, ClusterEntry> _entries;

    /// <param name="options">Validated.</param>
    public ClusterBook(BrokerOptions options)
    {
        Installation = options.Installation;
        PublicUrl = new Uri(options.PublicUrl.TrimEnd('/') + '/');
        _entries = options.Clusters.Select(Entry).ToDictionary(entry => entry.Id);
    }

    public string Installation { get; }

    /// <summary>Ends in a slash.</summary>
    public Uri PublicUrl { get; }

    public IReadOnlyCollection<ClusterEntry> All => _entries.Values;

    public ClusterEntry? Find(ClusterId id) => _entries.GetValueOrDefault(id);

    private static ClusterEntry Entry(ClusterOptions options)
    {
        var id = ClusterId.Parse(options.Id);
        var approvers = options.Approvers
            .Select(one => new ApproverEntry(new Person(one.Issuer, one.ObjectId), one.Name, one.Mail.Length == 0 ? null : one.Mail,
                one.TimeZone.Length == 0 ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(one.TimeZone), [.. one.Channels])).ToList();
        var policy = new ClusterPolicy(id, options.Customer, options.Role, Iso8601.Parse(options.MaximumDuration), Iso8601.Parse(options.ConsentLifetime), options.Quorum, options.Scopes.Contains("Cluster"),
            options.Scopes.Contains("Namespace") ? [.. options.Namespaces] : [],
            [.. options.AcceptedDangers.Select(Enum.Parse<Danger>)], [.. approvers.Select(one => one.Person)], options.GuardInstalled);
        return new ClusterEntry(id, options.DisplayName, policy, options.SubjectClaim, options.GroupsClaim, approvers);
    }
}
