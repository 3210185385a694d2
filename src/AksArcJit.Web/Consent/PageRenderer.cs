using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Web.Consent;

/// <summary>Renders a page to text before anything is answered, so that a failure never leaves half a page.</summary>
public sealed class PageRenderer(ILoggerFactory logs) : IDisposable
{
    // Pages know what they are given and inject nothing. The host's own services may hold parts of interactive components (a Functions
    // worker brings MVC), which are of no use here and ask to be set up for each request.
    private readonly ServiceProvider _none = new ServiceCollection().BuildServiceProvider();

    public async Task<string> RenderAsync<TPage>(IReadOnlyDictionary<string, object?> parameters) where TPage : IComponent
    {
        await using var renderer = new HtmlRenderer(_none, logs);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var page = await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(new Dictionary<string, object?>(parameters)));
            return page.ToHtmlString();
        });
    }

    public void Dispose() => _none.Dispose();
}
