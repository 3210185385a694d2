using Azure.Core;
using Azure.Core.Pipeline;

namespace AksArcJit.Stores.Tables;

/// <summary>
/// Lets so many calls go at once, the others in the order in which they came. A thousand ends in one second ask for as many rows: sent
/// together, an account that is slower than that works off calls which were given up meanwhile, and none is answered in time. What waits here
/// was not sent, and its time does not run.
/// </summary>
/// <param name="patience">Who is not let through by then fails, as in any other outage.</param>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing.
internal sealed class InTurn(int atOnce, TimeSpan patience) : HttpPipelinePolicy
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _places = new(atOnce);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        Admit(await _places.WaitAsync(patience, message.CancellationToken));
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        finally
        {
            _places.Release();
        }
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        Admit(_places.Wait(patience, message.CancellationToken));
        try
        {
            ProcessNext(message, pipeline);
        }
        finally
        {
            _places.Release();
        }
    }

    private void Admit(bool isLetThrough)
    {
        if (!isLetThrough)
            throw new IOException($"{atOnce} calls were under way, and others before this one, for {patience.TotalSeconds:0} s; it was not sent.");
    }
}
