using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Faults;

/// <summary>
/// A fault as JSON, for the control endpoint: <c>{"action":"respond","code":429,"retryAfterSeconds":2,"verb":"create","times":3}</c>;
/// actions: latency (delayMilliseconds), respond (code, retryAfterSeconds), hang, reset, applyThenDrop, applyThenHang.
/// </summary>
internal static class FaultForm
{
    public static Fault Parse(JsonObject form) => new(Action(form))
    {
        Verb = Pattern(form, "verb"),
        Resource = Pattern(form, "resource"),
        Name = Pattern(form, "name"),
        User = Pattern(form, "user"),
        Skip = Number(form, "skip") ?? 0,
        Times = Number(form, "times"),
    };

    public static JsonNode Show(ActiveFault active)
    {
        var shown = new JsonObject { ["id"] = active.Id, ["hits"] = active.Hits };
        switch (active.Fault.Action)
        {
            case FaultAction.Latency latency:
                shown["action"] = "latency";
                shown["delayMilliseconds"] = (int)latency.Delay.TotalMilliseconds;
                break;
            case FaultAction.Respond respond:
                shown["action"] = "respond";
                shown["code"] = respond.Code;
                shown["retryAfterSeconds"] = respond.RetryAfterSeconds;
                break;
            case var other:
                shown["action"] = char.ToLowerInvariant(other.GetType().Name[0]) + other.GetType().Name[1..];
                break;
        }
        shown["verb"] = active.Fault.Verb;
        shown["resource"] = active.Fault.Resource;
        shown["name"] = active.Fault.Name;
        shown["user"] = active.Fault.User;
        shown["skip"] = active.Fault.Skip;
        shown["times"] = active.Fault.Times;
        return shown;
    }

    private static FaultAction Action(JsonObject form) => form.Text("action") switch
    {
        "latency" => new FaultAction.Latency(TimeSpan.FromMilliseconds(Required(form, "delayMilliseconds"))),
        "respond" => new FaultAction.Respond(Required(form, "code"), Number(form, "retryAfterSeconds")),
        "hang" => new FaultAction.Hang(),
        "reset" => new FaultAction.Reset(),
        "applyThenDrop" => new FaultAction.ApplyThenDrop(),
        "applyThenHang" => new FaultAction.ApplyThenHang(),
        var other => throw Refusals.BadRequest($"unknown action {Go.Quote(other)}: latency, respond, hang, reset, applyThenDrop, applyThenHang"),
    };

    private static string? Pattern(JsonObject form, string field) => form.Text(field) is { Length: > 0 } text ? text : null;

    private static int Required(JsonObject form, string field) => Number(form, field) ?? throw Refusals.BadRequest($"{field} is required");

    private static int? Number(JsonObject form, string field) => form[field] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out int number) && number >= 0 => number,
        _ => throw Refusals.BadRequest($"{field}: a number of at least 0 is expected"),
    };
}
