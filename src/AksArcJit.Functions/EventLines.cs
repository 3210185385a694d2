using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace AksArcJit.Functions;

/// <summary>
/// One line an entry, which begins with the event's name where the entry is the product's own: of what the worker prints outside its
/// invocations the platform keeps the text alone, and the alerts (infra/modules/alerts.bicep) find the event by this beginning.
/// </summary>
internal sealed class EventLines() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "AksArcJit";

    /// <summary>The alerts ask for it: it stays as it is.</summary>
    public const string Marker = "AksArcJit event ";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var beginning = logEntry.EventId.Name is { } name && logEntry.Category.StartsWith("AksArcJit.", StringComparison.Ordinal) ? $"{Marker}{name}: " : "";
        var line = $"{beginning}{logEntry.LogLevel} {logEntry.Category}[{logEntry.EventId.Id}] {message} {logEntry.Exception}";
        // A second line would be an entry of its own there.
        textWriter.WriteLine(line.ReplaceLineEndings(" ").TrimEnd());
    }
}
