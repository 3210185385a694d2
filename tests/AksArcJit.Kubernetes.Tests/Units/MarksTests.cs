using AksArcJit.Kubernetes.Bindings;

namespace AksArcJit.Kubernetes.Tests.Units;

public sealed class MarksTests
{
    [Theory]
    [InlineData("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z")]
    [InlineData("2026-03-02T11:00:00+02:00", "2026-03-02T09:00:00Z")]
    [InlineData("2026-03-02T09:00:00.25Z", "2026-03-02T09:00:00Z")]
    public void ReadTime_WhenRfc3339_ThenUtc(string text, string expected) => Assert.Equal(expected, Marks.Write(Marks.ReadTime(text)!.Value));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("2026-03-02T09:00:00")]
    [InlineData("2026-03-02")]
    [InlineData("02.03.2026 09:00")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    public void ReadTime_WhenNot_ThenNull(string? text) => Assert.Null(Marks.ReadTime(text));
}
