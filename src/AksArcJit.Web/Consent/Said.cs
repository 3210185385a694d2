using AksArcJit.Journal;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace AksArcJit.Web.Consent;

/// <summary>Text that somebody or something else wrote: isolated in its direction, escaped, with nothing hidden.</summary>
public sealed class Said : ComponentBase
{
    [Parameter, EditorRequired] public string Text { get; set; } = "";

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "bdi");
        foreach (var (text, isMark) in VisibleText.Pieces(Text))
        {
            if (!isMark)
            {
                builder.AddContent(1, text);
                continue;
            }
            builder.OpenElement(2, "span");
            builder.AddAttribute(3, "class", "mark");
            builder.AddContent(4, text);
            builder.CloseElement();
        }
        builder.CloseElement();
    }
}
