using System.CommandLine;

namespace AksArcJit.Cli;

/// <summary><c>-o json</c> for programs, <c>text</c> for people.</summary>
internal sealed class OutputOption
{
    public OutputOption() => Option.AcceptOnlyFromAmong("text", "json");

    public Option<string> Option { get; } = new("--output", "-o") { Description = "text or json", DefaultValueFactory = _ => "text", Recursive = true };

    public bool IsJson(ParseResult parsed) => parsed.GetResult(Option) is { Errors: var errors } && !errors.Any() && parsed.GetValue(Option) == "json";
}
