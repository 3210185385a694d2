using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Ports;

/// <summary>Delivers notices to people. Delivering the same notice again is harmless: it carries the same link.</summary>
public interface INotices
{
    /// <summary>Asks an approver for consent. Throws where the channel failed; the broker asks again within 60 s while the request waits.</summary>
    Task AskConsentAsync(ConsentNotice notice, CancellationToken cancellation);
}

/// <param name="Link">Absolute; the only secret that a notice holds, and only for its approver.</param>
/// <param name="Mail">For delivery only, never an identity; null where the options name none.</param>
public sealed record ConsentNotice(AccessRequest Request, Person Approver, string ApproverName, string? Mail, int IssueNumber, Uri Link, string ClusterName);
