using System.Globalization;
using AksArcJit.Broker.Options;
using AksArcJit.Journal;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace AksArcJit.Web.Consent;

/// <summary>A sentence where HTML allows no elements (an option): as <see cref="Phrase"/>, in plain characters.</summary>
public sealed class Words : ComponentBase
{
    [Parameter, EditorRequired] public FormattableString Text { get; set; } = $"";

    protected override void BuildRenderTree(RenderTreeBuilder builder) =>
        builder.AddContent(0, string.Format(CultureInfo.InvariantCulture, Text.Format, [.. Text.GetArguments().Select(Plain)]));

    private static object Plain(object? value) => value is TimeSpan duration ? Iso8601.InWords(duration) : VisibleText.Plain(value?.ToString() ?? "");
}
