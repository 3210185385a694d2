using System.Diagnostics;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Stores.Sqlite;
using AksArcJit.Stores.Tests.Sqlite;
using AksArcJit.TestKit;
using Microsoft.Extensions.Time.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestPipelineStartup(typeof(CrashTests.Child))]

namespace AksArcJit.Stores.Tests.Sqlite;

/// <summary>kill -9 in the middle of many writes: every append that was acknowledged stands, and no chain is torn.</summary>
public sealed class CrashTests
{
    private const string FileVariable = "AKSARCJIT_CRASH_FILE";
    private const string Acknowledges = "acknowledged ";
    private const int Writers = 8;
    private const int Acknowledged = 300;

    [Fact]
    public async Task Append_WhenTheProcessIsKilled_ThenWhatWasAcknowledgedStands()
    {
        using var folder = new Folder();
        using var child = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "AksArcJit.Stores.Tests"))
        {
            Environment = { [FileVariable] = folder.File },
            RedirectStandardOutput = true,
        })!;
        var acknowledged = new List<string>();
        while (acknowledged.Count < Acknowledged && await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.StartsWith(Acknowledges, StringComparison.Ordinal))
                acknowledged.Add(line[Acknowledges.Length..]);
        child.Kill();
        // The last line may be cut off in the middle.
        var rest = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        acknowledged.AddRange(rest.Split('\n').SkipLast(1).Select(line => line[Acknowledges.Length..]));
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(acknowledged.Count >= Acknowledged, $"The child ended after {acknowledged.Count} appends.");

        using var journal = new SqliteJournal(folder.File, new FakeTimeProvider(Sample.Start), TimeSpan.FromSeconds(5));
        var standing = new HashSet<string>();
        foreach (var stream in acknowledged.Select(line => line.Split(' ')[0]).Distinct())
        {
            var records = await journal.ReadAsync(StreamId.Parse(stream), TestContext.Current.CancellationToken);
            Assert.Null(HashChain.FirstDamage(StreamId.Parse(stream), records));
            // Each append had two facts: an odd number would be half of one.
            Assert.Equal(0, records.Count % 2);
            standing.UnionWith(records.Select(record => $"{stream} {record.Hash}"));
        }
        Assert.Empty(acknowledged.Except(standing));
    }

    /// <summary>This very program is the child, where the file is named to it: it writes until it is killed, and never comes to a test.</summary>
    public sealed class Child : ITestPipelineStartup
    {
        public async ValueTask StartAsync(IMessageSink diagnosticMessageSink)
        {
            if (Environment.GetEnvironmentVariable(FileVariable) is { } file)
                await WriteAsync(file);
        }

        public ValueTask StopAsync() => ValueTask.CompletedTask;
    }

    private static async Task WriteAsync(string file)
    {
        using var journal = new SqliteJournal(file, TimeProvider.System, TimeSpan.FromSeconds(5));
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            var line = Line.NewRequest();
            while (true)
            {
                var append = line.Next(Sample.Start, count: 2);
                if (await journal.AppendAsync(append, CancellationToken.None) is not AppendOutcome.Appended)
                    throw new InvalidOperationException("Nobody else writes here.");
                line.Take(append);
                output.WriteLine($"{Acknowledges}{line.Stream} {append.Records[^1].Hash}");
            }
        }));
    }
}
