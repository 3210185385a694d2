using AksArcJit.Broker.Ports;
using MimeKit;

namespace AksArcJit.Messaging.Notices;

/// <summary>
/// A notice as a mail with a plain and an HTML part. Its Message-ID is the notice's own, so that one sent again is a duplicate to mail
/// systems; the notices of a request to one person are one thread (References, RFC 5322 section 3.6.4).
/// </summary>
internal static class MailWriter
{
    public static MimeMessage Write(OutgoingNotice notice, MailboxAddress from, DateTimeOffset now)
    {
        var domain = from.Domain;
        var message = new MimeMessage
        {
            MessageId = $"{notice.Id}@{domain}",
            Date = now,
            Subject = notice.Letter.Subject,
            Body = new BodyBuilder { TextBody = notice.Letter.Plain, HtmlBody = notice.Letter.Html }.ToMessageBody(),
        };
        message.From.Add(from);
        foreach (var mail in notice.To.Mails)
            message.To.Add(new MailboxAddress(notice.To.Name, mail));
        message.References.Add($"{notice.Thread}@{domain}");
        // No answers by machines (RFC 3834 section 5; Exchange's own word for it), and something to filter by (RFC 2919).
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        message.Headers.Add(HeaderId.ListId, $"AksArcJit <aksarcjit-notices.{domain}>");
        return message;
    }
}
