namespace AksArcJit.Lifecycle.Requests;

/// <summary>What was asked, with the policy of that moment. Never changes; consents narrow the terms beside it.</summary>
/// <param name="Quorum">Distinct approvers needed, at least 1.</param>
/// <param name="Approvers">Who was asked, the engineer never among them.</param>
/// <param name="Continues">The request that this one extends, if any.</param>
/// <param name="GuardInstalled">Whether the cluster's options say that the in-cluster guard is installed.</param>
/// <param name="Membership">Null in requests from before it was recorded.</param>
/// <param name="EngineerMail">Where notices to the engineer go: for delivery only, never an identity. Null where their token named no address, or none is to be kept.</param>
public sealed record AccessRequest(
    TicketId Ticket,
    string Customer,
    Terms Terms,
    string EngineerName,
    string Justification,
    DateTimeOffset RequestedAt,
    DateTimeOffset ConsentDeadline,
    int Quorum,
    IReadOnlyList<AskedApprover> Approvers,
    RequestId? Continues,
    bool GuardInstalled,
    Membership? Membership = null,
    string? EngineerMail = null)
{
    public RequestId Id => Terms.Request;

    /// <summary>For display; null for somebody whose name it does not know.</summary>
    public string? NameOf(Person person) =>
        person == Terms.Engineer ? EngineerName : Approvers.FirstOrDefault(approver => approver.Person == person)?.Name;
}

/// <summary>An approver who was asked, and the hash of the secret in the link that goes to them.</summary>
/// <param name="IssueNumber">Counts the secrets made for this approver and request, from 1.</param>
/// <param name="SecretHash">SHA-256 of the secret, 64 lower-case hexadecimal digits. The secret itself is never recorded.</param>
public sealed record AskedApprover(Person Person, string Name, int IssueNumber, string SecretHash);

/// <summary>One approver's yes.</summary>
/// <param name="Terms">As narrowed by this and every earlier consent.</param>
public sealed record Consent(Person Approver, Terms Terms, DateTimeOffset At);
