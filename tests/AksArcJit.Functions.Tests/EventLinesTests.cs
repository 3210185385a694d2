using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AksArcJit.Functions.Tests;

public sealed class EventLinesTests
{
    [Fact]
    public void Write_WhenTheProductTellsAnEvent_ThenTheLineBeginsWithItsName()
    {
        var line = Written("AksArcJit.Broker.Checkpoints.Checkpointer", new EventId(1008, "JournalDistrusted"), "Checkpoint 3 is gone.");

        Assert.Equal(
            "AksArcJit event JournalDistrusted: Critical AksArcJit.Broker.Checkpoints.Checkpointer[1008] Checkpoint 3 is gone." + Environment.NewLine, line);
    }

    [Theory]
    [InlineData("Azure.Core", "JournalDistrusted")]
    [InlineData("AksArcJitOther", "JournalDistrusted")]
    [InlineData("AksArcJit.Broker", null)]
    public void Write_WhenItIsNoEventOfTheProduct_ThenNoAlertHearsIt(string category, string? name) =>
        Assert.DoesNotContain(EventLines.Marker, Written(category, new EventId(1, name), "said"));

    [Fact]
    public void Write_WhenMessageAndExceptionHaveManyLines_ThenTheyAreOneLine()
    {
        var line = Written("AksArcJit.Broker", new EventId(1, "Said"), "one\ntwo", new InvalidOperationException("three\r\nfour"));

        Assert.StartsWith("AksArcJit event Said: ", line);
        Assert.Contains("one two System.InvalidOperationException: three four", line);
        Assert.Single(line.TrimEnd().Split('\n'));
    }

    private static string Written(string category, EventId id, string message, Exception? exception = null)
    {
        using var writer = new StringWriter();
        new EventLines().Write(new LogEntry<string>(LogLevel.Critical, category, id, message, exception, (state, _) => state), null, writer);
        return writer.ToString();
    }
}
