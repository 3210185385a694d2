using AksArcJit.Broker.Options;
using AksArcJit.Lifecycle;
using AksArcJit.Messaging.Webhooks;
using Microsoft.Extensions.Options;

namespace AksArcJit.Messaging;

/// <summary>Reports every fault of the section <c>events</c> at once, each with where it stands and what to write instead.</summary>
public sealed class EventOptionsValidation : IValidateOptions<EventOptions>
{
    public ValidateOptionsResult Validate(string? name, EventOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(EventOptions options)
    {
        foreach (var (source, index) in options.Sources.Select((source, index) => (source, index)))
            foreach (var fault in Faults(source))
                yield return $"events.sources[{index}].{fault}";
        foreach (var (outlet, index) in options.Outlets.Select((outlet, index) => (outlet, index)))
            foreach (var fault in Faults(outlet))
                yield return $"events.outlets[{index}].{fault}";
        foreach (var twin in options.Outlets.GroupBy(outlet => outlet.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return $"events.outlets: the name '{twin.Key}' is used {twin.Count()} times; what has gone out is marked by it.";
        foreach (var twin in options.Sources.Select(source => source.Name).Concat(options.Webhook.Keys.Select(key => key.Name).Distinct())
                     .GroupBy(one => one, StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return $"events: the name '{twin.Key}' is used {twin.Count()} times; it tells sources apart in health, metrics and the journal.";
        if (!Iso8601.TryParse(options.Webhook.Tolerance, out var tolerance) || tolerance < TimeSpan.FromSeconds(1) || tolerance > TimeSpan.FromHours(1))
            yield return "events.webhook.tolerance: an ISO 8601 duration from PT1S to PT1H, for example \"PT5M\".";
        foreach (var (key, index) in options.Webhook.Keys.Select((key, index) => (key, index)))
        {
            if (!DnsLabel.IsValid(key.Name))
                yield return $"events.webhook.keys[{index}].name: name the sender, 1 to 63 of a-z 0-9 -, for example \"servicenow\".";
            if (!WebhookKey.TryRead(key.KeyFile, out _))
                yield return $"events.webhook.keys[{index}].keyFile: '{key.KeyFile}' is not a file with whsec_ and 24 to 64 bytes in base64 (echo \"whsec_$(head -c 32 /dev/urandom | base64)\" > FILE).";
        }
        foreach (var sender in options.Webhook.Keys.GroupBy(key => key.Name, StringComparer.Ordinal)
                     .Where(keys => keys.Select(key => string.Join('\n', key.Customers.Order(StringComparer.Ordinal))).Distinct().Count() > 1))
            yield return $"events.webhook.keys: the keys of '{sender.Key}' name different customers; a rotation changes the key alone.";
    }

    private static IEnumerable<string> Faults(EventSourceOptions source)
    {
        if (!DnsLabel.IsValid(source.Name))
            yield return "name: 1 to 63 of a-z 0-9 -, for example \"servicenow\".";
        if (source.Kind is not (AmqpPeerOptions.ServiceBus or AmqpPeerOptions.Amqp))
            yield return $"kind: \"{AmqpPeerOptions.ServiceBus}\", or \"{AmqpPeerOptions.Amqp}\" for any other broker.";
        if (source.Credit is < 1 or > 1000)
            yield return "credit: how many events may be in hand at once, 1 to 1000.";
        foreach (var fault in PeerFaults(source, "the queue, or \"topic/Subscriptions/name\"; with RabbitMQ \"/amq/queue/name\"."))
            yield return fault;
    }

    private static IEnumerable<string> Faults(EventOutletOptions outlet)
    {
        if (!DnsLabel.IsValid(outlet.Name))
            yield return "name: 1 to 63 of a-z 0-9 -, for example \"audit-bus\".";
        if (outlet.Kind is not (AmqpPeerOptions.ServiceBus or AmqpPeerOptions.Amqp or EventOutletOptions.Webhook))
            yield return $"kind: \"{AmqpPeerOptions.ServiceBus}\", \"{AmqpPeerOptions.Amqp}\" for any other broker, or \"{EventOutletOptions.Webhook}\".";
        if (outlet.Mode is not (EventOutletOptions.Binary or EventOutletOptions.Structured))
            yield return $"mode: \"{EventOutletOptions.Binary}\" or \"{EventOutletOptions.Structured}\".";
        foreach (var fault in outlet.Kind == EventOutletOptions.Webhook
                     ? WebhookFaults(outlet)
                     : PeerFaults(outlet, "the queue or topic; with RabbitMQ \"/amq/queue/name\" or \"/exchange/name\".").Concat(NoWebhookFaults(outlet)))
            yield return fault;
    }

    private static IEnumerable<string> WebhookFaults(EventOutletOptions outlet)
    {
        if (!Uri.TryCreate(outlet.Url, UriKind.Absolute, out var url) || url.UserInfo.Length > 0
            || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)))
            yield return "url: an absolute https address without a user (http only on loopback).";
        if (outlet.KeyFiles.Count is < 1 or > 2)
            yield return "keyFiles: one file with the receiver's key; two while it changes.";
        foreach (var file in outlet.KeyFiles)
            if (!WebhookKey.TryRead(file, out _))
                yield return $"keyFiles: '{file}' is not a file with whsec_ and 24 to 64 bytes in base64 (echo \"whsec_$(head -c 32 /dev/urandom | base64)\" > FILE).";
        if (outlet.Address.Length + outlet.Entity.Length + outlet.SasKeyName.Length + outlet.User.Length > 0)
            yield return "address, entity, sasKeyName, user: a webhook knows none of them; it has url and keyFiles.";
    }

    private static IEnumerable<string> NoWebhookFaults(EventOutletOptions outlet)
    {
        if (outlet.Url.Length > 0 || outlet.KeyFiles.Count > 0)
            yield return $"url, keyFiles: only kind \"{EventOutletOptions.Webhook}\" knows them; a queue or topic has address and entity.";
    }

    private static IEnumerable<string> PeerFaults(AmqpPeerOptions source, string entity)
    {
        if (!Uri.TryCreate(source.Address, UriKind.Absolute, out var address) || address.Scheme is not ("amqps" or "amqp") || address.UserInfo.Length > 0
            || address.PathAndQuery is not ("/" or ""))
            yield return "address: amqps and the broker's host, for example \"amqps://contoso.servicebus.windows.net\"; no user and no path.";
        else if (address.Scheme == "amqp" && !address.IsLoopback)
            yield return "address: events decide who may ask for access, so they travel over amqps; amqp is only for loopback.";
        if (string.IsNullOrWhiteSpace(source.Entity))
            yield return $"entity: {entity}";
        if ((source.SasKeyName.Length == 0) != (source.SasKeyFile.Length == 0))
            yield return "sasKeyName, sasKeyFile: give both, or neither for the default Azure credential.";
        if (source.Kind == AmqpPeerOptions.ServiceBus && (source.User.Length > 0 || source.PasswordFile.Length > 0 || source.VirtualHost.Length > 0))
            yield return "user, passwordFile, virtualHost: Service Bus knows none of them; use sasKeyName and sasKeyFile, or the default Azure credential.";
        if (source.Kind == AmqpPeerOptions.Amqp && source.SasKeyName.Length > 0)
            yield return "sasKeyName: only Service Bus takes shared access keys; use user and passwordFile.";
        if ((source.User.Length == 0) != (source.PasswordFile.Length == 0))
            yield return "user, passwordFile: give both, or neither for a broker that lets everybody in.";
        foreach (var (key, file) in new[] { ("sasKeyFile", source.SasKeyFile), ("passwordFile", source.PasswordFile), ("caFile", source.CaFile) })
            if (file.Length > 0 && (!File.Exists(file) || new FileInfo(file).Length == 0))
                yield return $"{key}: the file '{file}' does not exist or is empty.";
    }
}
