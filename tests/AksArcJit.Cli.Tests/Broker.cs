using System.Buffers;
using System.Net;
using System.Net.Sockets;
using AksArcJit.Journal;
using AksArcJit.Journal.Exports;
using AksArcJit.Journal.Tests.Verification;

namespace AksArcJit.Cli.Tests;

/// <summary>A server that answers as a broker does, or as one must not.</summary>
internal sealed class Broker : IAsyncDisposable
{
    public const string Token = "auditors-token";

    private readonly HttpListener listener = new();
    private readonly Task loop;

    public Broker()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
        }
        listener.Prefixes.Add(Url);
        listener.Start();
        loop = ServeAsync();
    }

    public string Url { get; }

    public Scene Scene { get; set; } = Scene.Of(new Random(3));

    /// <summary>For every request in place of what a broker answers.</summary>
    public Func<HttpListenerContext, Task>? Instead { get; set; }

    /// <summary>Paths with queries, as they were asked for.</summary>
    public List<string> Asked { get; } = [];

    public byte[] Bundle { get; set; } = [];

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await loop;
        listener.Close();
    }

    /// <param name="rows">With the end, or cut off before it.</param>
    public static byte[] Text(IEnumerable<JournalRow> rows, bool isCut = false)
    {
        var (target, end) = (new ArrayBufferWriter<byte>(), ExportEnd.Nothing);
        foreach (var row in rows)
        {
            ExportText.Write(target, row);
            end = end.Counting(row);
        }
        if (!isCut)
            ExportText.Write(target, end);
        return target.WrittenSpan.ToArray();
    }

    public IEnumerable<JournalRow> Checkpoints => Scene.Checkpoints.Select(stored => new JournalRow.Checkpoint(stored));

    public IEnumerable<JournalRow> Facts => Scene.Rows.Values.SelectMany(rows => rows).Select(record => new JournalRow.Fact(record));

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            // Stopped while it waited, or between two requests.
            catch (Exception stopped) when (stopped is HttpListenerException or InvalidOperationException)
            {
                return;
            }
            Asked.Add(context.Request.RawUrl!);
            try
            {
                await (Instead ?? AnswerAsync)(context);
            }
            catch (HttpListenerException)
            {
                // The client has gone.
                context.Response.Abort();
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        context.Response.StatusCode = context.Request.Headers["Authorization"] == $"Bearer {Token}" ? 200 : 401;
        var body = context.Response.StatusCode != 200 ? []
            : path == "/api/v1/checkpoints" ? Text(Checkpoints)
            : path == "/api/v1/journal" ? Text(Facts)
            : path.EndsWith("/journal", StringComparison.Ordinal) ? Text(Scene.Rows.First().Value.Select(record => new JournalRow.Fact(record)))
            : Bundle;
        await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    }
}
