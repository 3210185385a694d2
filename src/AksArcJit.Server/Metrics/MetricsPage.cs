namespace AksArcJit.Server.Metrics;

/// <summary>
/// <c>GET /metrics</c>, for Prometheus and whatever reads its format: this process's own, hence of this host and not of the edge that both share.
/// Without sign-in, as health is: numbers, and the names of channels, sources, outlets and anchors.
/// </summary>
internal static class MetricsPage
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static IApplicationBuilder UseMetrics(this IApplicationBuilder app) => app.MapWhen(
        context => context.Request.Path == "/metrics" && HttpMethods.IsGet(context.Request.Method),
        metrics => metrics.Run(async context =>
        {
            context.Response.ContentType = ContentType;
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync(context.RequestServices.GetRequiredService<Measurements>().Tell(), context.RequestAborted);
        }));
}
