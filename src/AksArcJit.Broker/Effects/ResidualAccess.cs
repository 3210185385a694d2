using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Effects;

/// <summary>
/// Tells operators what still gives an engineer access when ours is gone, unless it is another open grant of ours, or what everybody has: an
/// alert at each ordinary end would hide the one that matters. The journal records it all the same.
/// </summary>
public sealed class ResidualAccess(IJournal journal, ILogger<ResidualAccess> log, AlertMetrics? metrics = null)
{
    public async Task TellAsync(RequestId id, RequestFact.AccessGone gone)
    {
        foreach (var answers in gone.Residual.GroupBy(answer => (Binding: answer.AllowedBy, answer.Grantor)))
            if (answers.Key.Binding is not { } binding || (!binding.IsEverybodys && !await IsOpenGrantAsync(binding)))
            {
                log.ResidualAccess(id, answers.Key.Grantor ?? "nobody whom it names", string.Join(", ", answers.Select(answer => answer.Probe)));
                metrics?.ResidualAccessTold();
            }
    }

    private async Task<bool> IsOpenGrantAsync(BindingName binding)
    {
        if (binding.Request is not { } other)
            return false;
        try
        {
            // By its place too: whatever else bears the name of an open grant is not what was consented to.
            return RequestHistory.Of(other, await journal.ReadAsync(StreamId.Of(other), CancellationToken.None)).State switch
            {
                RequestState.Granting { Grant.Binding: var own } => own == binding,
                RequestState.Active { Grant.Binding: var own } => own == binding,
                // Its end is under way, and told by itself where it cannot be confirmed.
                RequestState.Revoking { Grant.Binding: var own } => own == binding,
                RequestState.RevocationUnconfirmed { Grant.Binding: var own } => own == binding,
                _ => false,
            };
        }
        catch (Exception unreadable) when (unreadable is JournalUnavailableException or QuarantineException)
        {
            // In doubt it is told.
            return false;
        }
    }
}
