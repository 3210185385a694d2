using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Hosting.Verification;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Lifecycle;
using AksArcJit.Server.Tests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Server.Tests;

/// <summary>What the broker finds by itself, how slowly it looks, and that nothing stops it from looking again.</summary>
public sealed class ContinuousVerificationTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly VerificationState _state = new();
    private readonly LoggedLines _logs = new();
    private readonly ILoggerFactory _loggers;
    private readonly Rows _rows = new();

    public ContinuousVerificationTests() => _loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _loggers.Dispose();

    /// <summary>The whole way, with the server as it is shipped: an insider edits the file, and within the hour everybody who looks is told.</summary>
    [Theory]
    [InlineData("DROP TRIGGER fact_is_not_altered; UPDATE fact SET payload = CAST('{}' AS BLOB) WHERE stream = $stream AND version = 2", "ValueEdited")]
    [InlineData("UPDATE head SET version = 1 WHERE stream = $stream", "IndexAltered")]
    [InlineData("DELETE FROM open WHERE stream = $stream", "IndexAltered")]
    public async Task Damage_IsToldByMetricHealthAndLog(string damage, string kind)
    {
        await using var broker = new CheckpointedHarness();
        await broker.InitializeAsync();
        var id = await broker.GrantAsync(duration: "PT8H");
        broker.Clock.Advance(TimeSpan.FromSeconds(31));
        var clean = await UntilAsync(broker, readiness => readiness["verification"]!.ToString() == "clean");
        Assert.Equal(0, Measured("aksarcjit.journal.damages"));

        using (var connection = new SqliteConnection($"Data Source={broker.Database}"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
            command.CommandText = damage;
#pragma warning restore CA2100
            command.Parameters.AddWithValue("$stream", id);
            Assert.Equal(1, command.ExecuteNonQuery());
        }
        broker.Clock.Advance(ContinuousVerification.Interval);

        var damaged = await UntilAsync(broker, readiness => readiness["verification"]!.ToString() == "damaged");
        Assert.Equal("degraded", damaged["status"]!.ToString());
        Assert.True(damaged["verifiedAt"]!.GetValue<DateTimeOffset>() > clean["verifiedAt"]!.GetValue<DateTimeOffset>());
        Assert.Contains($"Damage in the journal: {kind}: {id}", broker.Logs.Text, StringComparison.Ordinal);
        Assert.Equal(1, Measured("aksarcjit.journal.damages"));
    }

    [Fact]
    public async Task Round_NeverReadsFasterThanItMay()
    {
        _rows.Fill(3000);
        using var verification = New();
        var round = verification.RoundAsync(Cancellation);
        for (var slice = 1; !round.IsCompleted; slice++)
        {
            await _rows.SettledAsync(round);
            Assert.InRange(_rows.Given, 0, slice * ContinuousVerification.RowsPerSecond / 10 + 1);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }
        await round;
        Assert.Equal((3000, 0), (_state.Last!.Facts, _state.Last.Damages));
        Assert.True(_time.GetUtcNow() - new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero) >= TimeSpan.FromSeconds(1.4));
    }

    /// <summary>A store that is away, or broken in a way that nobody foresaw: what ends the loop would end the process, and revocations with it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AStoreThatFails_ThenIsVerifiedAgainAMinuteLater(bool isAway)
    {
        _rows.Fill(10);
        _rows.Fault = isAway ? new JournalUnavailableException("away") : new InvalidOperationException("torn");
        using var verification = New();
        await verification.StartAsync(Cancellation);
        await PassAsync(TimeSpan.FromSeconds(31), () => _logs.Text.Contains("begins anew in a minute", StringComparison.Ordinal));
        Assert.Null(_state.Last);
        _rows.Fault = null;
        await PassAsync(TimeSpan.FromSeconds(61), () => _state.Last is not null);
        Assert.Equal(10, _state.Last!.Facts);
        await verification.StopAsync(Cancellation);
    }

    private ContinuousVerification New() => new(_rows, _rows, [], _state, _time, _loggers.CreateLogger<ContinuousVerification>());

    private async Task PassAsync(TimeSpan span, Func<bool> isSo)
    {
        // The loop's own continuations run elsewhere: the clock is moved until it has met them.
        for (var moved = 0; moved < 100 && !isSo(); moved++)
        {
            _time.Advance(span);
            await Task.Delay(10, Cancellation);
        }
        Assert.True(isSo());
    }

    private static async Task<JsonObject> UntilAsync(CheckpointedHarness broker, Func<JsonObject, bool> isSo)
    {
        JsonObject readiness = [];
        for (var attempt = 0; attempt < 400; attempt++)
        {
            readiness = JsonNode.Parse(await broker.Anonymous.GetStringAsync("/readyz", Cancellation))!.AsObject();
            if (isSo(readiness))
                return readiness;
            await Task.Delay(25, Cancellation);
        }
        Assert.Fail($"Not as wanted in time: {readiness}\n{broker.Logs.Text}");
        return readiness;
    }

    /// <summary>The highest value that any meter of this process has now.</summary>
    private static long? Measured(string name)
    {
        long? highest = null;
        using var listener = new MeterListener { InstrumentPublished = (instrument, to) => { if (instrument.Name == name) to.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => highest = Math.Max(highest ?? 0, value));
        listener.Start();
        listener.RecordObservableInstruments();
        return highest;
    }

    /// <summary>A store with one long chain, read row by row.</summary>
    private sealed class Rows : IJournal, ICheckpointLog
    {
        private readonly List<FactRecord> _records = [];
        private int _given;

        public int Given => Volatile.Read(ref _given);

        public Exception? Fault { get; set; }

        public void Fill(int count)
        {
            for (var i = 0; i < count; i++)
                _records.Add(HashChain.Seal(StreamId.System, i, i == 0 ? HashChain.Start : _records[^1].Hash, $"{i}", "GrantsPaused", DateTimeOffset.UnixEpoch, "{}"u8.ToArray()));
        }

        /// <summary>Until nothing more is read by itself.</summary>
        public async Task SettledAsync(Task round)
        {
            for (var (before, calm) = (-1, 0); calm < 5 && !round.IsCompleted; calm = Given == before ? calm + 1 : 0)
            {
                before = Given;
                await Task.Delay(2);
            }
        }

        public async IAsyncEnumerable<JournalRow> ScanAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.Yield();
            if (Fault is { } fault)
                throw fault;
            foreach (var record in _records)
            {
                Interlocked.Increment(ref _given);
                yield return new JournalRow.Fact(record);
            }
        }

        public IAsyncEnumerable<JournalRow> ListAsync(long from, CancellationToken cancellation) => AsyncEnumerable.Empty<JournalRow>();

        public Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation) => throw new NotSupportedException();

        public IAsyncEnumerable<OpenEntry> ListOpenAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task SettleAsync(StreamId stream, long version, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<OpenEntry?> FindOpenAsync(StreamId stream, CancellationToken cancellation) => throw new NotSupportedException();

        public Task MarkPublishedAsync(StreamId stream, IReadOnlyDictionary<string, long> upTo, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation) => throw new NotSupportedException();

        public Task CheckAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<StoredCheckpoint?> ReadAsync(long number, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<StoredCheckpoint?> FindAsync(long treeSize, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<bool> AppendAsync(StoredCheckpoint checkpoint, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
