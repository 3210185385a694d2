using AksArcJit.Broker.Options;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Web.Authentication;
using AksArcJit.Web.Input;
using AksArcJit.Web.Refusals;

namespace AksArcJit.Web.Requests;

/// <summary>A request that its reader may see.</summary>
internal sealed record SeenRequest(RequestHistory History, RequestState.Asked State, Standing Standing);

/// <summary>Finds a request for somebody. Missing and forbidden are answered alike.</summary>
internal sealed class RequestFinder(RequestEngine engine, ClusterBook book)
{
    /// <returns>The request, or the problem: one of the two.</returns>
    /// <exception cref="QuarantineException">Its chain is not to be trusted, and the caller is one to be told.</exception>
    public Task<(SeenRequest? Seen, ProblemResult? Problem)> FindAsync(string id, Caller caller, CancellationToken cancellation) =>
        FindAsync(id, caller, request => engine.ReadAsync(request, cancellation));

    /// <summary>To end its access: a chain that is not to be trusted is believed as far as it holds, because ending is safe.</summary>
    /// <inheritdoc cref="FindAsync(string, Caller, CancellationToken)"/>
    public Task<(SeenRequest? Seen, ProblemResult? Problem)> FindToEndAsync(string id, Caller caller, CancellationToken cancellation) =>
        FindAsync(id, caller, async request => await engine.ReadToEndAsync(request, cancellation) switch
        {
            { State: RequestState.Unasked, Quarantine: { } quarantine } => throw quarantine,
            var history => history,
        });

    private async Task<(SeenRequest? Seen, ProblemResult? Problem)> FindAsync(string id, Caller caller, Func<RequestId, Task<RequestHistory>> read)
    {
        var fields = new Fields();
        var requestId = fields.Request("id", id);
        if (fields.Problem is { } problem)
            return (null, problem);
        try
        {
            var history = await read(requestId);
            return history.State is RequestState.Asked asked && Sight.Of(caller, asked.Request, book) is var standing and not Standing.None
                ? (new SeenRequest(history, asked, standing), null)
                : (null, Problems.NoSuchRequest());
        }
        catch (QuarantineException) when (!Sight.SeesAll(caller))
        {
            // Whose it was cannot be told from a chain that is not to be trusted.
            return (null, Problems.NoSuchRequest());
        }
    }

    /// <summary>After a write: what the caller now sees.</summary>
    public SeenRequest See(RequestHistory history, Caller caller)
    {
        var asked = (RequestState.Asked)history.State;
        return new SeenRequest(history, asked, Sight.Of(caller, asked.Request, book));
    }
}
