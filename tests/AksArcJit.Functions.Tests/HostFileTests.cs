using System.Globalization;
using System.Text.Json.Nodes;
using AksArcJit.Functions.Timers;

namespace AksArcJit.Functions.Tests;

/// <summary>What host.json says and the code counts on.</summary>
public sealed class HostFileTests
{
    internal static readonly JsonNode Host = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "host.json")))!;

    [Fact]
    public void FunctionTimeout_ThenAVerificationThatStaysEndsBeforeIt() =>
        Assert.InRange(Span(Host["functionTimeout"]!) - VerificationRound.Stay, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));

    internal static TimeSpan Span(JsonNode text) => TimeSpan.Parse(text.GetValue<string>(), CultureInfo.InvariantCulture);
}
