using System.Reflection;
using AksArcJit.Functions.Http;
using AksArcJit.Functions.Requests;
using AksArcJit.Functions.Timers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace AksArcJit.Functions.Tests.Http;

public sealed class ZCatchAllTests
{
    [Fact]
    public async Task Run_WhenTheWorkerHasRoutedTheRequest_ThenTheEdgeRoutesItAnew()
    {
        using var hub = new Hub(TimeProvider.System, NullLogger<Hub>.Instance);
        var context = new DefaultHttpContext();
        context.SetEndpoint(new Endpoint(null, null, "of the worker"));
        context.Request.RouteValues["path"] = "api/v1/access-requests";
        context.Request.Path = "/api/v1/access-requests";
        (Endpoint? Endpoint, int RouteValues, string? Path) met = (null, -1, null);
        var catchAll = new ZCatchAll(
            edge =>
            {
                met = (edge.GetEndpoint(), edge.Request.RouteValues.Count, edge.Request.Path);
                edge.Response.StatusCode = StatusCodes.Status418ImATeapot;
                return Task.CompletedTask;
            }, hub);

        var result = await catchAll.RunAsync(context.Request, new Mock<DurableTaskClient>("test").Object);

        Assert.Equal((null, 0, "/api/v1/access-requests"), met);
        // Whatever the worker would write would be written behind the edge's own answer.
        Assert.IsType<EmptyResult>(result);
        Assert.Equal(StatusCodes.Status418ImATeapot, context.Response.StatusCode);
    }

    [Fact]
    public void Name_ThenItSortsBehindEveryOtherFunction()
    {
        var names = typeof(Deadlines).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name).OfType<string>().ToList();

        Assert.Equal(nameof(ZCatchAll), names.Order(StringComparer.OrdinalIgnoreCase).Last());
    }
}
