using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace AksArcJit.Kubernetes.Api;

/// <summary>An error that the API server answered (Kubernetes API concepts: metav1.Status).</summary>
/// <param name="Code">HTTP status.</param>
/// <param name="Reason">Machine-readable: <c>AlreadyExists</c>, <c>Conflict</c>, <c>Forbidden</c>; empty where a proxy answered.</param>
/// <param name="Message">The server's words, one line.</param>
/// <param name="Needs">What the request wanted to do.</param>
/// <param name="Missing">
/// The object that is not there, by the API server's own words. Null for every other 404: a proxy's, and that of a server which serves no
/// such API; the latter is <c>NotFound</c> too, but names nothing.
/// </param>
internal sealed record Refusal(int Code, string Reason, string Message, int? RetryAfterSeconds, Permission Needs, string? Missing = null)
{
    private const int LongestMessage = 500;

    /// <summary>
    /// A write may have been applied all the same: the server, its storage or a proxy between gave up half-way. 429 is none of these: it is
    /// answered before the request is looked at (API priority and fairness, shutdown). A 404 that no API server gave comes from something
    /// between that knows nothing.
    /// </summary>
    public bool LeavesOpen => Code is 408 or >= 500 || (Code == 404 && Reason.Length == 0);

    public string Sentence => $"{Code}{(Reason.Length > 0 ? " " + Reason : "")}: {Explained}"
        + (RetryAfterSeconds is { } seconds ? $" (the server asks to wait {seconds} s)" : "");

    /// <summary>For anybody: without the server's words.</summary>
    public string Brief => Code switch
    {
        401 => "the cluster does not accept the broker's credentials",
        403 => $"the cluster forbids \"{Needs.Verb}\" on {Needs.Resource}",
        _ => $"the API server answers {Code}",
    };

    private string Explained => Code switch
    {
        401 => "the cluster does not accept the broker's credentials",
        403 when Message.Contains("RBAC permissions not currently held", StringComparison.Ordinal) =>
            $"the broker lacks {Permission.ToBind(Needs.BoundRole)}; the server says: {Message}",
        // A 403 also says that a namespace is terminating or that admission refused: only RBAC's own names a missing rule.
        403 when Message.Contains($" cannot {Needs.Verb} ", StringComparison.Ordinal) || Message.Length == 0 =>
            $"the broker lacks {Needs}; the server says: {Message}",
        404 when Missing is null => $"not the API server's word on the object; said was: {Message}",
        _ => Message.Length > 0 ? Message : "no reason was given",
    };

    public static Refusal Of(HttpOperationException error, Permission needs)
    {
        var status = StatusOf(error.Response.Content);
        var message = status?.Message ?? error.Response.ReasonPhrase ?? "";
        return new Refusal(
            (int)error.Response.StatusCode, status?.Reason ?? "", OneLine(message),
            RetryAfter(error.Response) ?? status?.Details?.RetryAfterSeconds, needs,
            error.Response.StatusCode == HttpStatusCode.NotFound && status is { Kind: "Status", Reason: "NotFound", Details.Name.Length: > 0 }
                ? status.Details.Name
                : null);
    }

    private static V1Status? StatusOf(string? content)
    {
        try
        {
            return string.IsNullOrEmpty(content) ? null : KubernetesJson.Deserialize<V1Status>(content);
        }
        catch (JsonException)
        {
            // A proxy's page: the status code says all that is to be known.
            return null;
        }
    }

    private static int? RetryAfter(HttpResponseMessageWrapper response) =>
        response.Headers.TryGetValue("Retry-After", out var values) && int.TryParse(values.FirstOrDefault(), out var seconds) ? seconds : null;

    /// <summary>A surrogate pair is kept or dropped whole: half of one is no text, and no fact could hold it.</summary>
    public static string Shortened(string words, int longest) =>
        words.Length <= longest ? words : words[..(char.IsHighSurrogate(words[longest - 1]) ? longest - 1 : longest)] + "…";

    private static string OneLine(string message) => Shortened(message.ReplaceLineEndings(" ").Trim(), LongestMessage);
}
