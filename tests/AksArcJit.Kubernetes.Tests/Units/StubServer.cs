using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AksArcJit.Kubernetes.Tests.Units;

/// <summary>An API server that says what a test lets it say, and remembers what it was asked: for states that no real one holds long.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubServer(WebApplication app) => _app = app;

    /// <summary>Method, path and decoded query of each request, in order.</summary>
    public List<string> Asked { get; } = [];

    public List<string> Bodies { get; } = [];

    public List<string> Headers { get; } = [];

    public string Url => _app.Urls.Single();

    /// <param name="answer">Of the method, path and query: status and JSON.</param>
    public static Task<StubServer> StartAsync(Func<string, (int Code, string Json)> answer) => StartAsync((asked, _) => answer(asked));

    /// <summary>Gives each review its question back, as an API server does, with this status.</summary>
    public static Task<StubServer> StartReviewsAsync(string status) =>
        StartAsync((_, body) => (201, $$"""{"spec": {{JsonNode.Parse(body)!["spec"]!.ToJsonString()}}, "status": {{status}}}"""));

    private static async Task<StubServer> StartAsync(Func<string, string, (int Code, string Json)> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new StubServer(builder.Build());
        server._app.Run(async context =>
        {
            var asked = $"{context.Request.Method} {context.Request.Path}{Uri.UnescapeDataString(context.Request.QueryString.Value ?? "")}";
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            lock (server.Asked)
            {
                server.Asked.Add(asked);
                server.Bodies.Add(body);
                server.Headers.Add(string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}")));
            }
            var (code, json) = answer(asked, body);
            context.Response.StatusCode = code;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(json);
        });
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>A kubeconfig for it.</summary>
    public string Kubeconfig => $"""
        apiVersion: v1
        kind: Config
        current-context: stub
        clusters:
        - name: stub
          cluster:
            server: {Url}
        contexts:
        - name: stub
          context:
            cluster: stub
            user: stub
        users:
        - name: stub
          user:
            token: stub
        """;
}
