using System.Text.RegularExpressions;

namespace AksArcJit.Lifecycle.Tests;

/// <summary>Design section 3: arrows run one way, adapters never know each other, nothing imports a host.</summary>
public sealed partial class HouseTests
{
    private static readonly string[] Hosts = ["Server", "Functions", "Cli"];

    /// <summary>All that a project may name. One that is not here has no place in the house.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Lifecycle"] = [],
        ["Contracts"] = [],
        ["Journal"] = ["Lifecycle"],
        ["Broker"] = ["Journal", "Lifecycle"],
        ["Stores"] = ["Broker", "Journal", "Lifecycle"],
        ["Kubernetes"] = ["Broker", "Journal", "Lifecycle"],
        ["Messaging"] = ["Broker", "Journal", "Lifecycle", "Contracts"],
        ["Web"] = ["Broker", "Journal", "Lifecycle", "Contracts"],
        ["Cli"] = ["Journal", "Contracts"],
        ["Hosting"] = ["Web", "Messaging", "Kubernetes", "Stores", "Broker", "Journal", "Lifecycle", "Contracts"],
        ["Server"] = ["Hosting", "Web", "Messaging", "Kubernetes", "Stores", "Broker", "Journal", "Lifecycle", "Contracts"],
        ["Functions"] = ["Hosting", "Web", "Messaging", "Kubernetes", "Stores", "Broker", "Journal", "Lifecycle", "Contracts"],
    };

    [Fact]
    public void EveryProject_WhenItReferencesAnother_ThenTheDesignAllowsIt() => Assert.All(House.Projects, project =>
    {
        Assert.True(Allowed.ContainsKey(project.Name), $"{project.Name} is not in the design's house: place it in section 3 and in this table.");
        Assert.Empty(project.References.Except(Allowed[project.Name]));
    });

    [Fact]
    public void TheProjects_WhenFollowed_ThenNoArrowLeadsBack()
    {
        var open = House.Projects.ToDictionary(project => project.Name, project => project.References.ToList());
        while (open.FirstOrDefault(entry => !entry.Value.Any(open.ContainsKey)).Key is { } done)
            open.Remove(done);

        Assert.Empty(open.Keys);
    }

    [Theory]
    [InlineData("Lifecycle")]
    [InlineData("Journal")]
    public void APureProject_WhenBuilt_ThenItNeedsTheBclAlone(string name) =>
        Assert.Empty(House.Projects.Single(project => project.Name == name).Packages);

    [Fact]
    public void Lifecycle_WhenRead_ThenItKnowsNoClockTaskOrLogger() =>
        Assert.All(House.Projects.Single(project => project.Name == "Lifecycle").Sources, source =>
            Assert.DoesNotMatch(Ambient(), source.Text));

    [Fact]
    public void EverySourceFile_WhenRead_ThenItImportsNoHost() =>
        Assert.All(House.Projects.SelectMany(project => project.Sources.Select(source => (project.Name, source.File, source.Text))), source =>
            Assert.All(Hosts.Where(host => host != source.Name), host => Assert.DoesNotContain($"using AksArcJit.{host}", source.Text)));

    [GeneratedRegex(@"\b(Task|ValueTask|DateTime(Offset)?\.(UtcNow|Now)|TimeProvider|ILogger|IServiceCollection)\b")]
    private static partial Regex Ambient();
}
