using AksArcJit.Web.Audit;
using AksArcJit.Web.Clusters;
using AksArcJit.Web.Consent;
using AksArcJit.Web.Events;
using AksArcJit.Web.Evidence;
using AksArcJit.Web.Health;
using AksArcJit.Web.OpenApi;
using AksArcJit.Web.Operations;
using AksArcJit.Web.Refusals;
using AksArcJit.Web.Requests;
using AksArcJit.Web.Tickets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AksArcJit.Web;

/// <summary>The whole HTTP edge as one delegate, so that every host serves the same (design section 8).</summary>
public static class WebEndpoints
{
    /// <param name="services">With <see cref="WebServices.AddWeb"/>, the Broker and its ports.</param>
    public static RequestDelegate Build(IServiceProvider services)
    {
        var app = new ApplicationBuilder(services);
        app.Use(SecurityHeaders.ApplyAsync);
        app.Use(Faults.TellAsync);
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseEndpoints(Map);
        return app.Build();
    }

    private static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapConsent();
        endpoints.MapHealth();
        endpoints.MapApiDocument();

        var api = endpoints.MapGroup("/api/v1").RequireAuthorization();
        api.MapTickets();
        api.MapEvents();
        api.MapRequests();
        api.MapJournals();
        api.MapEvidence();
        api.MapClusters();
        api.MapOperations();
        api.MapAudit();
    }
}
