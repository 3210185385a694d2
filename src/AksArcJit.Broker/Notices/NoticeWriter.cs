using System.Security.Cryptography;
using System.Text;
using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal.Notices;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Broker.Notices;

/// <summary>Writes notices. The consent link, the only secret, goes into those to its own approver and nowhere else.</summary>
public sealed class NoticeWriter(ClusterBook book, ConsentSecrets secrets, Circumstancer circumstances)
{
    public async Task<OutgoingNotice> WriteAsync(RequestHistory history, RequestState.Asked state, OwedNotice owed, Addressee to)
    {
        var notice = owed.Notice;
        var cluster = book.Find(state.Terms.Cluster)?.DisplayName ?? state.Terms.Cluster.Text;
        var link = LinkFor(state.Request, notice.To);
        var isToEngineer = notice.To == state.Request.Terms.Engineer;
        var letter = Letter.Of(new Telling(
            notice, state, [.. history.Facts.Select(fact => (fact.Fact, fact.Record.At))], cluster, book.Installation, to.Zone, link,
            notice.Kind == NoticeKind.Granted && isToEngineer ? Kubectl.Line(history.ShownRules, state.Terms.Scope) : null,
            notice.Kind == NoticeKind.ConsentAsked ? await TicketAsync(state.Request.Ticket) : null, history.ShownRules,
            isToEngineer ? new Uri(book.PublicUrl, $"api/v1/access-requests/{history.Id}") : null));
        var reader = ReaderOf(notice.To);
        return new OutgoingNotice(
            $"{history.Id}.{notice.Kind.ToString().ToLowerInvariant()}.{notice.About}.{reader}", $"{history.Id}.{reader}", notice, owed.Since, to, state, cluster, letter, link);
    }

    // A ticket that cannot be read is no reason to ask nobody: the notice goes out without its title.
    private async Task<Ticket?> TicketAsync(TicketId id) => (await circumstances.ReadTicketAsync(id, CancellationToken.None) as Reading<Ticket>.Found)?.Value;

    private Uri? LinkFor(AccessRequest request, Person? reader) =>
        reader is not null && request.Approvers.FirstOrDefault(approver => approver.Person == reader) is { } approver
            ? new Uri(book.PublicUrl, $"consent/{new ConsentLink(request.Id, secrets.Secret(request.Id, approver.Person, approver.IssueNumber))}")
            : null;

    // Not the person themselves: ids travel in headers and file names.
    private static string ReaderOf(Person? person) =>
        person is null ? "operators" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(person.ToString())))[..12];
}
