namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>The exhaustive check, checked: whatever is broken on purpose, it finds.</summary>
public sealed class FaultyVerbsTests(ITestOutputHelper output)
{
    public static TheoryData<string> Faults => [.. FaultyVerbs.All.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public void AFaultyLifecycle_WhenExplored_ThenItIsCaught(string fault)
    {
        var found = new Walk(FaultyVerbs.All[fault]).Run();

        output.WriteLine($"{fault}: {found.Nodes} states, {found.Edges} edges, {found.Elapsed.TotalSeconds:0.0} s, {found.Violation}");
        Assert.NotNull(found.Violation);
        Assert.NotEqual("TheStateSpaceIsFinite", found.Violation.Law);
    }
}
