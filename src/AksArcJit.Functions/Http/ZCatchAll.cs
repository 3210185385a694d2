using AksArcJit.Functions.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace AksArcJit.Functions.Http;

/// <summary>
/// The whole HTTP edge behind one route, so that both hosts serve the same. Named to sort last: the host tries routes in the order of
/// their functions' names, not by how specific they are, and this one takes whatever it is given.
/// </summary>
/// <param name="edge">AksArcJit.Web as one delegate; it has its own sign-in, so that the function's level is anonymous.</param>
public sealed class ZCatchAll(RequestDelegate edge, Hub hub)
{
    [Function(nameof(ZCatchAll))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", "put", "patch", "delete", "options", Route = "{*path}")] HttpRequest request,
        [DurableClient] DurableTaskClient client)
    {
        hub.Meet(client);
        var context = request.HttpContext;
        // The worker has routed the request to this function; the edge routes it anew.
        context.SetEndpoint(null);
        context.Request.RouteValues.Clear();
        await edge(context);
        return new EmptyResult();
    }
}
