using System.Globalization;
using System.Text.RegularExpressions;
using AksArcJit.Broker.Options;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace AksArcJit.Web.Consent;

/// <summary>A sentence of <see cref="ConsentTexts"/>: our words as they are, times and durations for reading, all else as <see cref="Said"/>.</summary>
public sealed partial class Phrase : ComponentBase
{
    [Parameter, EditorRequired] public FormattableString Text { get; set; } = $"";

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        var end = 0;
        foreach (Match hole in Hole().Matches(Text.Format))
        {
            builder.AddContent(0, Text.Format[end..hole.Index]);
            Fill(builder, Text.GetArgument(int.Parse(hole.Groups[1].ValueSpan, CultureInfo.InvariantCulture)));
            end = hole.Index + hole.Length;
        }
        builder.AddContent(0, Text.Format[end..]);
    }

    private static void Fill(RenderTreeBuilder builder, object? value)
    {
        switch (value)
        {
            case DateTimeOffset time:
                builder.OpenElement(1, "time");
                builder.AddAttribute(2, "datetime", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                builder.AddContent(3, ConsentTexts.Time(time));
                builder.CloseElement();
                break;
            case TimeSpan duration:
                builder.AddContent(4, Iso8601.InWords(duration));
                break;
            case int number:
                builder.AddContent(4, number.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                builder.OpenComponent<Said>(5);
                builder.AddComponentParameter(6, nameof(Said.Text), value?.ToString() ?? "");
                builder.CloseComponent();
                break;
        }
    }

    [GeneratedRegex(@"\{(\d+)\}")]
    private static partial Regex Hole();
}
