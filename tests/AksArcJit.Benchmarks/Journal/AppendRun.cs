using System.Diagnostics;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Stores.Sqlite;
using Microsoft.Extensions.Options;

namespace AksArcJit.Benchmarks.Journal;

/// <summary>
/// Appends on SQLite against a raw loop of the same transaction, one writer; 64 writers against raw transactions of 64 appends; and group
/// commit at 64 writers against one commit an append. Hashing is on everywhere.
/// </summary>
internal static class AppendRun
{
    private const int Writers = 64;

    public static async Task<bool> RunAsync(bool isSmoke)
    {
        var (single, many) = isSmoke ? (100, 20) : (1500, 150);
        List<double> one = [], batch = [], group = [], rates = [];
        for (var round = 0; round < Ratio.Rounds; round++)
        {
            using var place = new Place();
            using var raw = new RawStore(place.File("raw.db"));
            using var journal = new SqliteJournal(Options.Create(new SqliteJournalOptions { File = place.File("journal.db") }), TimeProvider.System);
            await journal.CheckAsync(CancellationToken.None);
            Raw(raw, 50, 1);
            await JournalAsync(journal, 1, 50);

            // Interleaved, so that a slow moment of the disk meets both.
            double rawOne = 0, journalOne = 0;
            for (var part = 0; part < 5; part++)
            {
                rawOne += Raw(raw, single / 5, 1);
                journalOne += await JournalAsync(journal, 1, single / 5);
            }
            var rawBatch = Raw(raw, many * Writers, Writers);
            var journalMany = await JournalAsync(journal, Writers, many);
            Console.WriteLine($"round {round}: one at a time {single / rawOne:0}/s raw, {single / journalOne:0}/s in the journal; {Writers} at a time {many * Writers / rawBatch:0}/s raw, {many * Writers / journalMany:0}/s in the journal");
            one.Add(rawOne / journalOne);
            batch.Add(rawBatch / journalMany);
            group.Add(rawOne / single / (journalMany / (many * Writers)));
            rates.Add(many * Writers / journalMany);
        }
        var detail = $"{Ratio.Median(rates):0} appends/s at {Writers} writers";
        return Ratio.Tell("append, one writer, against the same transaction raw", one, 0.90, detail)
            & Ratio.Tell($"append, {Writers} writers, against raw batches of {Writers}", batch, 0.60, detail)
            & Ratio.Tell($"group commit, {Writers} writers, against one commit an append", group, 3, detail);
    }

    /// <returns>Seconds.</returns>
    private static double Raw(RawStore store, int appends, int batch)
    {
        var chains = Chains(batch);
        var clock = Stopwatch.StartNew();
        for (var done = 0; done < appends; done += batch)
            store.Write(chains.Select(chain => chain.Next()).ToList());
        return clock.Elapsed.TotalSeconds;
    }

    /// <returns>Seconds.</returns>
    private static async Task<double> JournalAsync(SqliteJournal journal, int writers, int each)
    {
        var chains = Chains(writers);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(chains.Select(chain => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
                if (await journal.AppendAsync(chain.Next(), CancellationToken.None) is not AppendOutcome.Appended)
                    throw new InvalidOperationException("Nobody else writes here.");
        })));
        return clock.Elapsed.TotalSeconds;
    }

    private static List<Chain> Chains(int count) => [.. Enumerable.Range(0, count).Select(_ => new Chain())];

    private sealed class Chain
    {
        private readonly StreamId _stream = StreamId.Of(Facts.NewId());
        private FactRecord? _last;

        public Append Next()
        {
            _last = Facts.Next(_stream, _last?.Version ?? 0, _last?.Hash ?? HashChain.Start);
            return Facts.Append(_last, Facts.Due);
        }
    }
}
