using AksArcJit.Web.Authentication;

namespace AksArcJit.Hosting.Development;

/// <summary>Somebody to be while developing.</summary>
internal sealed record DevPerson(string Key, string ObjectId, string Name, string PrincipalName, IReadOnlyList<string> Roles);

/// <summary>One for each role, always the same, so that options files can name them.</summary>
internal static class DevPersons
{
    public static readonly IReadOnlyList<DevPerson> All =
    [
        new("engineer", "11111111-1111-1111-1111-111111111111", "Erika Engineer", "erika@support.example", [RoleNames.Engineer]),
        new("engineer2", "66666666-6666-6666-6666-666666666666", "Emil Engineer", "emil@support.example", [RoleNames.Engineer]),
        new("approver", "22222222-2222-2222-2222-222222222222", "Anna Approver", "anna@customer.example", [RoleNames.Approver]),
        new("operator", "55555555-5555-5555-5555-555555555555", "Otto Operator", "otto@support.example", [RoleNames.Operator]),
        new("auditor", "77777777-7777-7777-7777-777777777777", "Audrey Auditor", "audrey@customer.example", [RoleNames.Auditor]),
        new("ticketSystem", "88888888-8888-8888-8888-888888888888", "Ticket System", "tickets@support.example", [RoleNames.TicketSystem]),
    ];
}
