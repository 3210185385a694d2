using System.Collections.Concurrent;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tests.Tables;

/// <summary>Sees every attempt that goes to the account, counts it, and may do something before or instead of its answer.</summary>
internal sealed class Wire : HttpPipelinePolicy
{
    private readonly ConcurrentQueue<string> _sent = [];

    /// <summary>Each as <c>METHOD table</c>; an entity-group transaction is <c>POST $batch</c>, the reading of a chain <c>GET AccessJournal of a …</c>.</summary>
    public IReadOnlyList<string> Sent => [.. _sent];

    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public Action<string> After { get; set; } = _ => { };

    /// <summary>True loses the answer: the account has done its work, the client sees a broken connection.</summary>
    public Func<string, bool> LosesAnswer { get; set; } = _ => false;

    public TableClientOptions Options()
    {
        var options = new TableClientOptions();
        options.AddPolicy(this, HttpPipelinePosition.PerRetry);
        return options;
    }

    public void Forget() => _sent.Clear();

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("The journal is asynchronous.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var uri = message.Request.Uri.ToUri();
        var table = uri.Segments[^1].Split('(')[0].TrimStart('T', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '_');
        var call = $"{message.Request.Method} {table}{(message.Request.Method == RequestMethod.Get && table == "AccessJournal" ? Chain(Uri.UnescapeDataString(uri.Query)) : "")}";
        await Before(call);
        _sent.Enqueue(call);
        await ProcessNextAsync(message, pipeline);
        After(call);
        if (LosesAnswer(call))
            throw new IOException("Injected fault: the answer was lost.");
    }

    private static string Chain(string query) =>
        query.Contains("'ticket!", StringComparison.Ordinal) ? " of a ticket"
        : query.Contains("'system!", StringComparison.Ordinal) ? " of the system"
        : " of a request";
}
