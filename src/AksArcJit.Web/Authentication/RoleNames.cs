namespace AksArcJit.Web.Authentication;

/// <summary>The roles of tokens (claim <c>roles</c>).</summary>
public static class RoleNames
{
    public const string Engineer = "Engineer";
    public const string Approver = "Approver";
    public const string Operator = "Operator";
    public const string Auditor = "Auditor";
    public const string TicketSystem = "TicketSystem";
}
