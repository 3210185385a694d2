using System.Collections;
using System.ComponentModel;
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
/// What stands in the options file and the binder passes over: keys that nothing reads, and values of another kind than is read there. A
/// misspelt limit would silently be the default, and of a list the binder drops an item with such a value whole: a cluster, or a source of
/// events whose closed tickets nobody would hear of.
/// </summary>
internal static class PassedOver
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
        var isSection = Sections.TryGetValue(path, out var types);
        if (isSection || IsOptions(type))
            return string.IsNullOrEmpty(section.Value) ? In(section, path, shown, types ?? [type]) : [$"{shown}: an object is read here, {{…}}, and not a value."];
        if (type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)))
            return string.IsNullOrEmpty(section.Value)
                ? section.GetChildren().SelectMany(item => Below(item, $"{path}:{item.Key}", $"{shown}[{item.Key}]", type.GetGenericArguments()[0]))
                : [$"{shown}: a list is read here, […], and not a value."];
        if (section.GetChildren().Any())
            return [$"{shown}: one value is read here, and neither a list nor an object."];
        return section.Value is { } value && !IsReadAs(Nullable.GetUnderlyingType(type) ?? type, value) ? [$"{shown}: '{value}' is not {Kind(type)}."] : [];
    }

    // As the binder converts.
    private static bool IsReadAs(Type type, string value) => type == typeof(string) || TypeDescriptor.GetConverter(type).IsValid(value);

    private static string Kind(Type type) => type == typeof(bool) ? "true or false" : type == typeof(int) ? "a whole number" : $"what is read here ({type.Name})";

    private static bool IsOptions(Type type) => type.Assembly.GetName().Name!.StartsWith("AksArcJit.", StringComparison.Ordinal);

    // Sections that their own projects bind.
    private sealed record Root(JournalOptions Journal, NoticeChannelOptions Notices, EventOptions Events, SignInOptions Authentication, CheckpointOptions Checkpoints);

    private sealed record Checkpoints(CheckpointKeyOptions Key, AnchorOptions Anchors);

    private sealed record Anchors(WebhookAnchorOptions Webhook);

    private sealed record Stores(SqliteJournalOptions Sqlite, TablesJournalOptions Tables);
}
