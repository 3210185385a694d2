using AksArcJit.Hosting;

namespace AksArcJit.Functions.Tests;

public sealed class HostSettingsTests
{
    private readonly Dictionary<string, string?> _variables = new() { ["AKSARCJIT_CONFIG"] = "/etc/aksarcjit.json", ["WEBSITE_HOSTNAME"] = "127.0.0.1:7071" };

    [Fact]
    public void Read_WhenTheOptionsFileIsNamed_ThenTheRestMayBeLeftOut() =>
        Assert.Equal(new HostSettings("/etc/aksarcjit.json", null, null, null), Read());

    [Fact]
    public void Read_WhenSeveralSettingsAreWrong_ThenAllAreTold()
    {
        _variables["AKSARCJIT_CONFIG"] = "";
        _variables["AKSARCJIT_DATA_PROTECTION"] = "keys";
        _variables["AKSARCJIT_DEVELOPMENT"] = "/tmp/dev";
        _variables["WEBSITE_INSTANCE_ID"] = "of Azure";

        var refused = Assert.Throws<StartRefusedException>(Read);

        Assert.All(["AKSARCJIT_CONFIG", "AKSARCJIT_DATA_PROTECTION", "AKSARCJIT_DEVELOPMENT"], name => Assert.Contains(name, refused.Message));
    }

    [Theory]
    [InlineData("localhost:7071", true)]
    [InlineData("127.0.0.1:80", true)]
    [InlineData("aksarcjit.azurewebsites.net", false)]
    [InlineData("localhost.example", false)]
    [InlineData(null, false)]
    public void Read_WhenTheDevelopmentIssuerIsAskedFor_ThenOnlyOnLoopback(string? host, bool isAllowed)
    {
        _variables["AKSARCJIT_DEVELOPMENT"] = "/tmp/dev";
        _variables["WEBSITE_HOSTNAME"] = host;

        Assert.Equal(isAllowed, Record.Exception(() => { Read(); }) is null);
    }

    private HostSettings Read() => HostSettings.Read(_variables.GetValueOrDefault);
}
