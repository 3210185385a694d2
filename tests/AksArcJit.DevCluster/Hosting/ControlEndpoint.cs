using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Faults;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Requests;
using AksArcJit.DevCluster.Tokens;

namespace AksArcJit.DevCluster.Hosting;

/// <summary>
/// /devcluster/*: what a test in another process turns. Needs system:masters, works while the cluster is down, and is neither
/// logged nor struck by faults.
/// </summary>
internal sealed class ControlEndpoint(DevClusterHost cluster, TokenDirectory tokens)
{
    public const string Prefix = "/devcluster";

    public async Task HandleAsync(HttpContext context)
    {
        Answer answer;
        try
        {
            var caller = tokens.Authenticate(context.Request.Headers.Authorization.ToString());
            if (!caller.Groups.Contains(Identity.Masters))
                throw Refusals.Forbidden("", "", "", $"User {Go.Quote(caller.Name)} is not in {Identity.Masters}");
            var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
            answer = Turn(context, body.Bytes.IsEmpty ? [] : Json.ParseObject(body.Bytes.Span));
        }
        catch (StatusException refusal)
        {
            answer = Answer.Refusal(refusal);
        }
        await answer.WriteAsync(context.Response, context.RequestAborted);
    }

    private Answer Turn(HttpContext context, JsonObject form)
    {
        switch (context.Request.Method, context.Request.Path.Value![Prefix.Length..])
        {
            case ("GET", "/faults"):
                return Answer.Ok(new JsonObject { ["faults"] = new JsonArray([.. cluster.Faults.Active.Select(FaultForm.Show)]) });
            case ("POST", "/faults"):
                return Answer.Created(FaultForm.Show(cluster.Faults.Add(FaultForm.Parse(form))));
            case ("DELETE", "/faults"):
                Remove(context.Request.Query["id"].ToString());
                return Done();
            case ("PUT", "/down"):
                cluster.SetDown(Flag(form, "down"), spare: context.Connection.Id);
                return Done();
            case ("PUT", "/propagation-lag"):
                cluster.PropagationLag = TimeSpan.FromMilliseconds(Number(form, "milliseconds"));
                return Done();
            case ("POST", "/users"):
                cluster.AddUser(UsersFile.Parse(form));
                return Done();
            case ("POST", "/compact"):
                cluster.CompactHistory();
                return Done();
            case ("GET", "/requests"):
                return Answer.Ok(Requests());
            case ("DELETE", "/requests"):
                cluster.Requests.Clear();
                return Done();
            default:
                throw Refusals.NoSuchPath();
        }
    }

    private JsonObject Requests() => new()
    {
        ["counts"] = new JsonArray([.. cluster.Requests.Counts.Select(count => (JsonNode)new JsonObject
        {
            ["verb"] = count.Key.Verb,
            ["resource"] = count.Key.Resource,
            ["count"] = count.Value,
        })]),
        ["entries"] = new JsonArray([.. cluster.Requests.Entries.Select(entry => (JsonNode)new JsonObject
        {
            ["at"] = entry.At.ToString("O"),
            ["user"] = entry.User,
            ["verb"] = entry.Verb,
            ["resource"] = entry.Resource,
            ["path"] = entry.Path,
            ["code"] = entry.Code,
        })]),
    };

    private void Remove(string id)
    {
        if (id.Length == 0)
            cluster.Faults.Clear();
        else if (!int.TryParse(id, out var number) || !cluster.Faults.Remove(number))
            throw Refusals.BadRequest($"there is no fault {id}");
    }

    private static Answer Done() => Answer.Ok(new JsonObject { ["done"] = true });

    private static bool Flag(JsonObject form, string field) =>
        form[field] is JsonValue value && value.TryGetValue(out bool flag) ? flag : throw Refusals.BadRequest($"{field}: true or false is expected");

    private static int Number(JsonObject form, string field) =>
        form[field] is JsonValue value && value.TryGetValue(out int number) && number >= 0
            ? number
            : throw Refusals.BadRequest($"{field}: a number of at least 0 is expected");
}
