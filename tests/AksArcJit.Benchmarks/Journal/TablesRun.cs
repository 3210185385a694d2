using System.Diagnostics;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Stores.Tables;
using AksArcJit.TestKit.Storage;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;

namespace AksArcJit.Benchmarks.Journal;

/// <summary>
/// Appends on Table Storage (the emulator) against the bare client sending the same entity-group transaction, the fact's insert and the
/// head's replacement: one writer, and 64 at once.
/// </summary>
internal static class TablesRun
{
    private const int Writers = 64;

    public static async Task<bool> RunAsync(bool isSmoke)
    {
        var (single, many) = isSmoke ? (40, 3) : (400, 20);
        using var emulator = new TableEmulator();
        var connection = await emulator.ConnectionAsync();
        List<double> one = [], all = [], rates = [];
        for (var round = 0; round < Ratio.Rounds; round++)
        {
            var journal = new TablesJournal(Options.Create(new TablesJournalOptions { ConnectionString = connection, Prefix = $"J{round}" }), TimeProvider.System);
            var raw = new TableServiceClient(connection).GetTableClient($"Raw{round}");
            await raw.CreateIfNotExistsAsync();
            // The first append of a chain enters the open index, which the raw loop has not: it is no part of the measurement.
            List<JournalWriter> appends = [.. await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => JournalWriter.BeginAsync(journal)))];
            List<RawWriter> inserts = [.. await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => RawWriter.BeginAsync(raw)))];

            // Interleaved, so that a slow moment meets both.
            double rawOne = 0, journalOne = 0, rawMany = 0, journalMany = 0;
            for (var part = 0; part < 4; part++)
            {
                rawOne += await TimeAsync(inserts[..1], single / 4);
                journalOne += await TimeAsync(appends[..1], single / 4);
            }
            for (var part = 0; part < 2; part++)
            {
                rawMany += await TimeAsync(inserts, many / 2 + 1);
                journalMany += await TimeAsync(appends, many / 2 + 1);
            }
            one.Add(rawOne / journalOne);
            all.Add(rawMany / journalMany);
            rates.Add((many / 2 + 1) * 2 * Writers / journalMany);
        }
        var detail = $"{Ratio.Median(rates):0} appends/s at {Writers} writers, on the emulator";
        return Ratio.Tell("append on tables, one writer, against the same transaction raw", one, 0.90, detail)
            & Ratio.Tell($"append on tables, {Writers} writers, against as many raw", all, 0.60, detail);
    }

    /// <returns>Seconds.</returns>
    private static async Task<double> TimeAsync(IReadOnlyList<IWriter> writers, int each)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(writers.Select(async writer =>
        {
            for (var i = 0; i < each; i++)
                await writer.WriteAsync();
        }));
        return clock.Elapsed.TotalSeconds;
    }

    private sealed class TableEmulator() : Emulator("table");

    private interface IWriter
    {
        Task WriteAsync();
    }

    private abstract class Writer : IWriter
    {
        private readonly StreamId _stream = StreamId.Of(Facts.NewId());
        private FactRecord? _last;

        protected FactRecord Next() => _last = Facts.Next(_stream, _last?.Version ?? 0, _last?.Hash ?? HashChain.Start);

        public abstract Task WriteAsync();
    }

    private sealed class JournalWriter(TablesJournal journal) : Writer
    {
        public static async Task<JournalWriter> BeginAsync(TablesJournal journal)
        {
            var writer = new JournalWriter(journal);
            await writer.WriteAsync();
            return writer;
        }

        public override async Task WriteAsync()
        {
            if (await journal.AppendAsync(Facts.Append(Next(), Facts.Due), CancellationToken.None) is not AppendOutcome.Appended)
                throw new InvalidOperationException("Nobody else writes here.");
        }
    }

    private sealed class RawWriter(TableClient table) : Writer
    {
        private ETag? _head;

        public static async Task<RawWriter> BeginAsync(TableClient table)
        {
            var writer = new RawWriter(table);
            await writer.WriteAsync();
            return writer;
        }

        public override async Task WriteAsync()
        {
            var record = Next();
            var fact = new TableEntity(record.Stream.Text, $"f{record.Version:D19}")
            {
                ["FactId"] = record.FactId,
                ["Kind"] = record.Kind,
                ["At"] = record.At.UtcTicks,
                ["PreviousHash"] = record.PreviousHash,
                ["Hash"] = record.Hash,
                ["PayloadLength"] = record.Payload.Length,
                ["P0"] = record.Payload.ToArray(),
            };
            var head = new TableEntity(record.Stream.Text, "head")
            {
                ["Version"] = record.Version,
                ["Hash"] = record.Hash,
                ["State"] = "Active",
                ["IsPending"] = false,
                ["IsDone"] = false,
            };
            var answer = await table.SubmitTransactionAsync(
            [
                new TableTransactionAction(TableTransactionActionType.Add, fact),
                _head is { } known
                    ? new TableTransactionAction(TableTransactionActionType.UpdateReplace, head, known)
                    : new TableTransactionAction(TableTransactionActionType.Add, head),
            ]);
            _head = answer.Value[1].Headers.ETag;
        }
    }
}
