using System.Security.Cryptography;
using System.Text;
using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal.Notices;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Notices;

/// <summary>Writes notices. The consent link, the only secret, goes into those to its own approver and nowhere else.</summary>
public sealed class NoticeWriter(ClusterBook book, ConsentSecrets secrets)
{
    public OutgoingNotice Write(RequestHistory history, RequestState.Asked state, OwedNotice owed, Addressee to)
    {
        var notice = owed.Notice;
        var cluster = book.Find(state.Terms.Cluster)?.DisplayName ?? state.Terms.Cluster.Text;
        var link = LinkFor(state.Request, notice.To);
        var letter = Letter.Of(new Telling(
            notice, state, [.. history.Facts.Select(fact => (fact.Fact, fact.Record.At))], cluster, book.Installation, to.Zone, link,
            notice.Kind == NoticeKind.Granted && notice.To == state.Request.Terms.Engineer ? Kubectl.Line(history.ShownRules, state.Terms.Scope) : null));
        var reader = ReaderOf(notice.To);
        return new OutgoingNotice(
            $"{history.Id}.{notice.Kind.ToString().ToLowerInvariant()}.{notice.About}.{reader}", $"{history.Id}.{reader}", notice, owed.Since, to, state, cluster, letter, link);
    }

    private Uri? LinkFor(AccessRequest request, Person? reader) =>
        reader is not null && request.Approvers.FirstOrDefault(approver => approver.Person == reader) is { } approver
            ? new Uri(book.PublicUrl, $"consent/{new ConsentLink(request.Id, secrets.Secret(request.Id, approver.Person, approver.IssueNumber))}")
            : null;

    // Not the person themselves: ids travel in headers and file names.
    private static string ReaderOf(Person? person) =>
        person is null ? "operators" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(person.ToString())))[..12];
}
