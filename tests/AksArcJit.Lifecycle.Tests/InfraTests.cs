using System.Text.RegularExpressions;

namespace AksArcJit.Lifecycle.Tests;

/// <summary>What infra/ makes and what the code and the runbook name must not drift apart: nobody deploys in a test.</summary>
public sealed partial class InfraTests
{
    private static readonly string Journal = Read("infra", "modules", "journal.bicep");
    private static readonly string Alerts = Read("infra", "modules", "alerts.bicep");
    private static readonly string Runbook = Read("infra", "README.md");

    [Fact]
    public void EveryTable_WhenTheStoreOpensIt_ThenInfraMakesIt()
    {
        var tables = House.Projects.Single(project => project.Name == "Stores").Sources
            .SelectMany(source => Table().Matches(source.Text)).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Superset(new HashSet<string> { "AccessJournal", "OpenRequests", "RequestIndex" }, tables);
        Assert.All(tables, table => Assert.Contains($"'{table}'", Journal));
    }

    [Fact]
    public void EveryAlert_WhenInfraRaisesIt_ThenTheRunbookSaysWhatToDo()
    {
        var alerts = Alert().Matches(Alerts).Select(match => match.Groups[1].Value).ToList();

        Assert.Equal(9, alerts.Count);
        Assert.All(alerts, alert => Assert.Contains($"\n| `{alert}` |", Runbook));
    }

    [Fact]
    public void EveryEventAndInstrument_WhenAnAlertAsksForIt_ThenTheRunbookNamesIt()
    {
        var names = Events().Matches(Alerts).SelectMany(match => Quoted().Matches(match.Value))
            .Concat(Instrument().Matches(Alerts)).Select(match => match.Groups[1].Value).ToList();

        Assert.Contains("RevocationOverdue", names);
        Assert.Contains("aksarcjit.checkpoints.age", names);
        Assert.All(names, name => Assert.Contains($"`{name}`", Runbook));
    }

    [Fact]
    public void EveryEventAndInstrument_WhenAnAlertAsksForIt_ThenTheCodeTellsIt()
    {
        var sources = House.Projects.SelectMany(project => project.Sources).ToList();
        var told = sources.Where(source => Path.GetFileName(source.File) == "Log.cs").SelectMany(source => Method().Matches(source.Text)).Select(match => match.Groups[1].Value).ToHashSet();
        var measured = sources.SelectMany(source => Measured().Matches(source.Text)).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.All(Events().Matches(Alerts).SelectMany(match => Quoted().Matches(match.Value)), match => Assert.Contains(match.Groups[1].Value, told));
        Assert.All(Instrument().Matches(Alerts), match => Assert.Contains(match.Groups[1].Value, measured));
    }

    [Fact]
    public void EveryEvent_WhenItIsToldOutsideAnInvocation_ThenTheAlertFindsItsPrintedLine()
    {
        var sources = House.Projects.SelectMany(project => project.Sources).ToList();
        var marker = Marker().Match(sources.Single(source => Path.GetFileName(source.File) == "EventLines.cs").Text).Groups[1].Value;
        var printed = sources.Where(source => Path.GetFileName(source.File) == "Log.cs").SelectMany(source => Printed().Matches(source.Text)).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Equal("AksArcJit event ", marker);
        Assert.Contains($"let printed = dynamic(${{string(map(rule.events, event => '{marker}${{event}}'))}});", Alerts);
        Assert.Contains("(AppTraces | where tostring(Properties.EventName) in (events) or Message has_any (printed))", Alerts);
        Assert.All(Events().Matches(Alerts).SelectMany(match => Quoted().Matches(match.Value)), match => Assert.Contains(match.Groups[1].Value, printed));
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([House.Root, .. path]));

    [GeneratedRegex(@"options\.Prefix \+ ""(\w+)""")]
    private static partial Regex Table();

    // A rule of the list, or a resource of its own: ${prefix}-name.
    [GeneratedRegex(@"(?:^    name: '|'\$\{prefix\}-(?!operators))([a-z-]+)'", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"events: \[[^\]]*\]")]
    private static partial Regex Events();

    [GeneratedRegex(@"'(\w+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"static partial void (\w+)\(this ILogger")]
    private static partial Regex Method();

    // What the worker prints: Warning and above.
    [GeneratedRegex(@"LoggerMessage\(\d+, LogLevel\.(?:Warning|Error|Critical),[^\n]*\r?\n\s*public static partial void (\w+)\(this ILogger")]
    private static partial Regex Printed();

    [GeneratedRegex(@"Marker = ""([^""]+)""")]
    private static partial Regex Marker();

    [GeneratedRegex(@"Create\w+(?:<\w+>)?\(\s*""([\w.]+)""")]
    private static partial Regex Measured();

    [GeneratedRegex(@"instrument: '([\w.]+)'")]
    private static partial Regex Instrument();
}
