using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Consents;

/// <summary>
/// Sends each approver their link. Sent when the request is asked, and again by every pass over the open index while it waits, because
/// delivering twice is harmless and a crash between append and delivery is not.
/// </summary>
public sealed class ConsentNotices(INotices notices, ConsentSecrets secrets, ClusterBook book, ILogger<ConsentNotices> log)
{
    public async Task AskAsync(RequestState.AwaitingConsent waiting, CancellationToken cancellation)
    {
        var request = waiting.Request;
        var entry = book.Find(request.Terms.Cluster);
        foreach (var asked in request.Approvers.Where(one => waiting.Consents.All(consent => consent.Approver != one.Person)))
        {
            var link = new ConsentLink(request.Id, secrets.Secret(request.Id, asked.Person, asked.IssueNumber));
            var notice = new ConsentNotice(request, asked.Person, asked.Name, entry?.Approvers.FirstOrDefault(one => one.Person == asked.Person)?.Mail,
                asked.IssueNumber, new Uri(book.PublicUrl, $"consent/{link}"), entry?.DisplayName ?? request.Terms.Cluster.Text);
            try
            {
                await notices.AskConsentAsync(notice, cancellation);
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                log.NoticeFailed(request.Id, failed);
            }
        }
    }
}
