using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Faults;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Rbac;
using AksArcJit.DevCluster.Reviews;
using AksArcJit.DevCluster.Tokens;
using AksArcJit.DevCluster.Watch;

namespace AksArcJit.DevCluster.Requests;

/// <summary>One request through the real server's stages: parse, authenticate, (faults,) impersonate, authorize, serve, log.</summary>
internal sealed class ApiServer(
    TokenDirectory tokens, Authorizer authorizer, ObjectReads reads, ObjectWrites writes, WatchStream watch, AccessReviews reviews,
    FaultPlan faults, RequestLog log, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        var served = new Served(context);
        try
        {
            if (await ServeAsync(served) is { } answer)
                await AnswerAsync(served, answer);
        }
        catch (StatusException refusal)
        {
            await AnswerAsync(served, Answer.Refusal(refusal));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left, or the connection was torn: there is nobody to answer.
            Log(served, 0);
        }
    }

    /// <returns>Null when it has been answered (a watch) or was dropped.</returns>
    private async Task<Answer?> ServeAsync(Served served)
    {
        var (context, cancellation) = (served.Context, served.Context.RequestAborted);
        var info = served.Info = RequestInfo.Parse(context.Request);
        var body = await RequestBody.ReadAsync(context.Request, cancellation);
        var caller = served.User = tokens.Authenticate(context.Request.Headers.Authorization.ToString());

        var fault = await FaultBeforeAsync(caller, info, body, cancellation);
        if (fault?.Fault.Action is FaultAction.Reset or FaultAction.Hang)
            return Drop(served);
        var user = served.User = Impersonation.Resolve(caller, context.Request.Headers, authorizer);
        var access = info.AccessOf(user);
        if (authorizer.Authorize(access) is { Allowed: false } decision)
            throw access.Refused(decision);

        var answer = await ApplyAsync(served, user, info, body, drop: fault is not null, cancellation);
        if (fault is null)
            return answer;
        if (fault.Fault.Action is FaultAction.ApplyThenHang)
            await fault.Removed.WaitAsync(cancellation);
        return Drop(served);
    }

    /// <returns>The fault that still has to act (by dropping, before or after applying), if one struck.</returns>
    private async Task<ActiveFault?> FaultBeforeAsync(Identity caller, RequestInfo info, RequestBody body, CancellationToken cancellation)
    {
        ActiveFault? later = null;
        foreach (var fault in faults.Strike(info.Verb, info.Resource, NameOf(info, body), caller.Name))
        {
            switch (fault.Fault.Action)
            {
                case FaultAction.Latency latency:
                    await Task.Delay(latency.Delay, clock, cancellation);
                    break;
                case FaultAction.Respond respond:
                    throw Refusals.Injected(respond.Code, respond.RetryAfterSeconds);
                case FaultAction.Hang:
                    await fault.Removed.WaitAsync(cancellation);
                    later = fault;
                    break;
                default:
                    later = fault;
                    break;
            }
        }
        return later;
    }

    private async Task<Answer?> ApplyAsync(
        Served served, Identity user, RequestInfo info, RequestBody body, bool drop, CancellationToken cancellation)
    {
        var request = served.Context.Request;
        if (!info.IsResource)
            return Discovery.Find(info.Path) ?? throw Refusals.NoSuchPath();
        Accept.Check(request);
        if (info.Group == ResourceTypes.AuthorizationGroup && info.Version == "v1")
            return info.Verb == "create" ? reviews.Create(user, info, body) : throw Refusals.MethodNotAllowed();

        var type = ResourceTypes.Find(info.Group, info.Version, info.Resource) ?? throw Refusals.NoSuchPath();
        if (info.Subresource.Length > 0 || (!type.Namespaced && type != ResourceTypes.Namespace && info.Namespace.Length > 0))
            throw Refusals.NoSuchPath();
        if (type.Namespaced && info.Namespace.Length == 0 && info.Verb is not ("list" or "watch"))
            throw Refusals.MethodNotAllowed();
        switch (info.Verb)
        {
            case "get": return reads.Get(type, info, request);
            case "list": return reads.List(type, info, request);
            case "create": return writes.Create(user, type, info, body, DryRun(request));
            case "update": return writes.Update(user, type, info, body, DryRun(request));
            case "patch": return writes.Patch(user, type, info, body, DryRun(request));
            case "delete": return writes.Delete(type, info, DeleteOptions.Parse(request, body));
            case "deletecollection": return writes.DeleteCollection(type, info, ListOptions.Parse(request.Query), DeleteOptions.Parse(request, body));
            case "watch" when drop: return null;
            case "watch":
                await watch.RunAsync(type, info, served.Context, () => Log(served, StatusCodes.Status200OK), cancellation);
                return null;
            default: throw Refusals.MethodNotAllowed();
        }
    }

    private async Task AnswerAsync(Served served, Answer answer)
    {
        // Logged first: who has the answer finds the request in the log.
        Log(served, answer.Code);
        await answer.WriteAsync(served.Context.Response, served.Context.RequestAborted);
    }

    private Answer? Drop(Served served)
    {
        Log(served, 0);
        served.Context.Abort();
        return null;
    }

    private void Log(Served served, int code)
    {
        if (served.IsLogged)
            return;
        served.IsLogged = true;
        var request = served.Context.Request;
        log.Add(new(clock.GetUtcNow(), served.User?.Name ?? "", served.Info?.Verb ?? request.Method.ToLowerInvariant(),
            served.Info?.Resource ?? "", request.Path.Value ?? "", code));
    }

    private static bool DryRun(HttpRequest request) => DryRunOption.Parse([.. request.Query["dryRun"].OfType<string>()]);

    /// <summary>The name that faults match: a create has it in its body. A body that cannot be read has none.</summary>
    private static string NameOf(RequestInfo info, RequestBody body)
    {
        if (info.Verb != "create" || !info.IsResource)
            return info.Name;
        try
        {
            return body.ReadObject().Object("metadata").Text("name");
        }
        catch (StatusException)
        {
            return "";
        }
    }

    private sealed class Served(HttpContext context)
    {
        public HttpContext Context => context;

        public RequestInfo? Info { get; set; }

        public Identity? User { get; set; }

        public bool IsLogged { get; set; }
    }
}
