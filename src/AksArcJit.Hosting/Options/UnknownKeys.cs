using System.Collections;
using System.Reflection;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Options;
using AksArcJit.Messaging;
using AksArcJit.Messaging.Anchors;
using AksArcJit.Messaging.Notices;
using AksArcJit.Stores.Anchors;
using AksArcJit.Stores.Signing;
using AksArcJit.Stores.Sqlite;
using AksArcJit.Stores.Tables;
using AksArcJit.Web.Authentication;
using Microsoft.Extensions.Configuration;

namespace AksArcJit.Hosting.Options;

/// <summary>
/// Keys of the options file that nothing reads. The binder passes over them, and then a misspelt limit would silently be the default.
/// </summary>
internal static class UnknownKeys
{
    private static readonly Dictionary<string, Type[]> Sections = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = [typeof(BrokerOptions), typeof(Root)],
        ["journal"] = [typeof(JournalOptions), typeof(Stores)],
        ["journal:sqlite"] = [typeof(SqliteJournalOptions)],
        ["journal:tables"] = [typeof(TablesJournalOptions)],
        ["notices"] = [typeof(NoticeOptions), typeof(NoticeChannelOptions)],
        ["events"] = [typeof(EventOptions)],
        ["authentication"] = [typeof(SignInOptions)],
        ["checkpoints"] = [typeof(CheckpointOptions), typeof(Checkpoints)],
        ["checkpoints:key"] = [typeof(CheckpointKeyOptions)],
        ["checkpoints:anchors"] = [typeof(AnchorOptions), typeof(Anchors)],
        ["checkpoints:anchors:blob"] = [typeof(BlobAnchorOptions)],
        ["checkpoints:anchors:webhook"] = [typeof(WebhookAnchorOptions)],
    };

    public static IEnumerable<string> Faults(IConfiguration configuration, IEnumerable<Type> ofHost) => In(configuration, "", "", [.. Sections[""], .. ofHost]);

    private static IEnumerable<string> In(IConfiguration section, string path, string shown, Type[] types)
    {
        var known = types.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)).ToList();
        foreach (var child in section.GetChildren())
        {
            var (childPath, childShown) = (path.Length == 0 ? child.Key : $"{path}:{child.Key}", shown.Length == 0 ? child.Key : $"{shown}.{child.Key}");
            var property = known.FirstOrDefault(one => one.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
                yield return $"{childShown}: nothing reads this key; known here are {string.Join(", ", known.Select(one => char.ToLowerInvariant(one.Name[0]) + one.Name[1..]).Order())}.";
            else
                foreach (var fault in Below(child, childPath, childShown, property.PropertyType))
                    yield return fault;
        }
    }

    private static IEnumerable<string> Below(IConfigurationSection section, string path, string shown, Type type)
    {
        if (Sections.TryGetValue(path, out var types))
            return In(section, path, shown, types);
        if (type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)))
            return type.GetGenericArguments()[0] is var item && IsOptions(item)
                ? section.GetChildren().SelectMany(child => In(child, $"{path}:{child.Key}", $"{shown}[{child.Key}]", [item]))
                : [];
        return IsOptions(type) ? In(section, path, shown, [type]) : [];
    }

    private static bool IsOptions(Type type) => type.Assembly.GetName().Name!.StartsWith("AksArcJit.", StringComparison.Ordinal);

    // Sections that their own projects bind.
    private sealed record Root(JournalOptions Journal, NoticeChannelOptions Notices, EventOptions Events, SignInOptions Authentication, CheckpointOptions Checkpoints);

    private sealed record Checkpoints(CheckpointKeyOptions Key, AnchorOptions Anchors);

    private sealed record Anchors(WebhookAnchorOptions Webhook);

    private sealed record Stores(SqliteJournalOptions Sqlite, TablesJournalOptions Tables);
}
