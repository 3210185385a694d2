using System.Net;
using AksArcJit.Broker.Options;
using AksArcJit.Messaging.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace AksArcJit.Messaging.Notices;

/// <summary>Reports every fault of the channels at once, and every person whom none of them reaches.</summary>
internal sealed class NoticeChannelOptionsValidation(IConfiguration configuration) : IValidateOptions<NoticeChannelOptions>
{
    public ValidateOptionsResult Validate(string? name, NoticeChannelOptions options)
    {
        // Bound here without validation: their own faults are told by those who own them.
        var notices = configuration.GetSection(NoticeOptions.Section).Get<NoticeOptions>() ?? new NoticeOptions();
        var broker = configuration.Get<BrokerOptions>() ?? new BrokerOptions();
        var faults = Faults(options, notices, broker).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    internal static IEnumerable<string> Faults(NoticeChannelOptions options, NoticeOptions notices, BrokerOptions broker)
    {
        var known = Known(options);
        if (known.Count == 0)
            yield return "notices: approvers must be told; give notices.smtp (mail), notices.webhook, or notices.directory (a directory for files, each with a consent link, for development or a mailer of your own).";
        foreach (var fault in Unknown("notices.channels", notices.Channels, known))
            yield return fault;
        foreach (var address in notices.Operators.Where(address => !MailAddress.IsOne(address)))
            yield return $"notices.operators: '{address}' is no mail address.";
        var usual = notices.Channels.Count == 0 ? known : [.. notices.Channels];
        foreach (var (cluster, i) in broker.Clusters.Select((cluster, i) => (cluster, i)))
            foreach (var (approver, j) in cluster.Approvers.Select((approver, j) => (approver, j)))
                foreach (var fault in Faults(approver, usual, known))
                    yield return $"clusters[{i}].approvers[{j}].{fault}";
        foreach (var fault in (options.Smtp is { } smtp ? Faults(smtp) : []).Concat(options.Webhook is { } webhook ? Faults(webhook) : []))
            yield return $"notices.{fault}";
    }

    private static List<string> Known(NoticeChannelOptions options) =>
    [
        .. options.Smtp is null ? Array.Empty<string>() : [SmtpChannel.ChannelName],
        .. options.Webhook is null ? Array.Empty<string>() : [WebhookChannel.ChannelName],
        .. options.Directory.Length == 0 ? Array.Empty<string>() : [FileChannel.ChannelName],
    ];

    private static IEnumerable<string> Unknown(string where, IEnumerable<string> channels, IReadOnlyCollection<string> known)
    {
        foreach (var one in channels.GroupBy(channel => channel, StringComparer.Ordinal))
            if (!known.Contains(one.Key))
                yield return $"{where}: '{one.Key}' is not configured; {(known.Count == 0 ? "no channel is" : $"configured are {string.Join(", ", known)}")}.";
            else if (one.Count() > 1)
                yield return $"{where}: '{one.Key}' stands {one.Count()} times; each channel is tried in its turn.";
    }

    private static IEnumerable<string> Faults(ApproverOptions approver, IReadOnlyCollection<string> usual, IReadOnlyCollection<string> known)
    {
        foreach (var fault in Unknown("channels", approver.Channels, known))
            yield return fault;
        IReadOnlyCollection<string> theirs = approver.Channels.Count == 0 ? usual : [.. approver.Channels];
        if (approver.Mail.Length > 0 && !MailAddress.IsOne(approver.Mail))
            yield return $"mail: '{approver.Mail}' is no mail address; one alone, without a name.";
        else if (approver.Mail.Length == 0 && theirs.Count > 0 && theirs.All(channel => channel == SmtpChannel.ChannelName))
            yield return "mail: mail is their only channel, so they need an address, or another channel.";
    }

    private static IEnumerable<string> Faults(SmtpOptions smtp)
    {
        if (Uri.CheckHostName(smtp.Host) == UriHostNameType.Unknown)
            yield return "smtp.host: the mail server's name, for example \"smtp.example.com\".";
        if (smtp.Port is < 0 or > 65535)
            yield return "smtp.port: 1 to 65535; left out, 587 (startTls), 465 (implicit) or 25 (none).";
        if (smtp.Tls is not (SmtpOptions.StartTls or SmtpOptions.Implicit or SmtpOptions.None))
            yield return $"smtp.tls: \"{SmtpOptions.StartTls}\", \"{SmtpOptions.Implicit}\" or \"{SmtpOptions.None}\".";
        else if (smtp.Tls == SmtpOptions.None && !IsLoopback(smtp.Host))
            yield return $"smtp.tls: consent links would travel in the clear; \"{SmtpOptions.None}\" is only for a server on loopback.";
        if ((smtp.User.Length == 0) != (smtp.PasswordFile.Length == 0))
            yield return "smtp.user, passwordFile: give both, or neither for a server that lets the broker in without.";
        foreach (var (key, file) in new[] { ("passwordFile", smtp.PasswordFile), ("caFile", smtp.CaFile) })
            if (file.Length > 0 && (!File.Exists(file) || new FileInfo(file).Length == 0))
                yield return $"smtp.{key}: the file '{file}' does not exist or is empty.";
        if (MailAddress.Sender(smtp.From) is null)
            yield return "smtp.from: the sender, for example \"AksArcJit <access@example.com>\".";
    }

    private static IEnumerable<string> Faults(NoticeWebhookOptions webhook)
    {
        if (!Uri.TryCreate(webhook.Url, UriKind.Absolute, out var url) || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)))
            yield return "webhook.url: an absolute https address (http only on loopback); notices to approvers hold their consent links.";
        if (webhook.KeyFiles.Count > 2 || (webhook.KeyFiles.Count > 0 && webhook.KeyFile.Length > 0))
            yield return "webhook.keyFiles: one file with the receiver's key, or two while it changes, and then no keyFile.";
        foreach (var file in webhook.Keys().Where(file => !WebhookKey.TryRead(file, out _)))
            yield return $"webhook.{(webhook.KeyFiles.Count > 0 ? "keyFiles" : "keyFile")}: '{file}' is not a file with whsec_ and 24 to 64 bytes in base64 (echo \"whsec_$(head -c 32 /dev/urandom | base64)\" > FILE).";
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
