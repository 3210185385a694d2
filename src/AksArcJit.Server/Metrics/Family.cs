using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AksArcJit.Server.Metrics;

/// <summary>
/// One instrument with its series, written in the text exposition format 0.0.4 of Prometheus, under the name that OpenTelemetry's
/// compatibility specification gives it: <c>_total</c> for counters, the unit where it is one.
/// </summary>
internal sealed class Family(Instrument instrument)
{
    private readonly SortedDictionary<string, double> _series = new(StringComparer.Ordinal);
    private readonly bool _isCounter = instrument.GetType().GetGenericTypeDefinition() is var kind && (kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>));

    public bool IsObserved => instrument.IsObservable;

    private string Name => instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "") + (_isCounter ? "_total" : "");

    public void Clear() => _series.Clear();

    /// <param name="isSum">Whether the value is one more piece of it, and not all of it.</param>
    public void Take(double value, bool isSum, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new StringBuilder();
        foreach (var (name, text) in tags)
            labels.Append(labels.Length > 0 ? "," : "").Append(name.Replace('.', '_')).Append("=\"").Append(Escaped($"{text}").Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        var key = labels.ToString();
        _series[key] = isSum ? _series.GetValueOrDefault(key) + value : value;
    }

    public string Tell()
    {
        var text = new StringBuilder($"# HELP {Name} {Escaped(instrument.Description ?? "")}\n# TYPE {Name} {(_isCounter ? "counter" : "gauge")}\n");
        // From zero on, so that the first count is a rise.
        if (_isCounter && _series.Count == 0)
            text.Append(CultureInfo.InvariantCulture, $"{Name} 0\n");
        foreach (var (labels, value) in _series)
            text.Append(CultureInfo.InvariantCulture, $"{Name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {value}\n");
        return text.ToString();
    }

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
