using MimeKit;

namespace AksArcJit.Messaging.Notices;

/// <summary>Addresses as they come from options and tokens, before they stand in a header.</summary>
internal static class MailAddress
{
    // RFC 5321 section 4.5.3.1.3, without the angle brackets.
    private const int Longest = 254;

    /// <summary>True for one bare address, without a name, a list, a comment or a line break.</summary>
    public static bool IsOne(string text) =>
        text.Length <= Longest && !text.Any(char.IsControl) && text.Contains('@', StringComparison.Ordinal) && MailboxAddress.TryParse(text, out var mailbox) && mailbox.Address == text && mailbox.Route.Count == 0;

    /// <summary>Null where it is none.</summary>
    public static MailboxAddress? Sender(string text) =>
        !text.Any(char.IsControl) && MailboxAddress.TryParse(text, out var mailbox) && IsOne(mailbox.Address) ? mailbox : null;
}
