using System.Text.Json.Nodes;

namespace AksArcJit.DevCluster.Errors;

/// <summary>
/// A refusal that leaves as a Kubernetes <c>Status</c>. Thrown from anywhere under a request and answered in one place:
/// inside an API server every layer may refuse, and no layer has an answer of its own to add.
/// </summary>
internal sealed class StatusException(int code, string reason, string message, JsonObject? details = null, int? retryAfterSeconds = null)
    : Exception(message)
{
    public int Code => code;

    /// <summary>Seconds for the <c>Retry-After</c> header, where the status carries one.</summary>
    public int? RetryAfterSeconds => retryAfterSeconds;

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (reason.Length > 0)
            status["reason"] = reason;
        var shown = details?.DeepClone().AsObject();
        if (retryAfterSeconds is { } seconds)
            (shown ??= [])["retryAfterSeconds"] = seconds;
        if (shown is not null)
            status["details"] = shown;
        status["code"] = code;
        return status;
    }
}
