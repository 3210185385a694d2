using System.Diagnostics;
using AksArcJit.Journal;
using AksArcJit.Journal.Verification;
using AksArcJit.Stores.Sqlite;
using Microsoft.Extensions.Options;

namespace AksArcJit.Benchmarks.Journal;

/// <summary>Verification of a million facts in a SQLite journal against reading and hashing the same rows; and the memory that it takes.</summary>
internal static class VerifyRun
{
    private const int ChainLength = 10;
    private const int MostMegabytes = 256;

    public static async Task<bool> RunAsync(bool isSmoke)
    {
        var facts = isSmoke ? 20_000 : 1_000_000;
        using var place = new Place();
        var file = place.File("journal.db");
        Fill(file, facts);
        using var journal = new SqliteJournal(Options.Create(new SqliteJournalOptions { File = file }), TimeProvider.System);
        List<double> ratios = [], rates = [];
        var grown = 0L;
        for (var round = 0; round < Ratio.Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            if (RawStore.ReadAndHash(file) != facts)
                throw new InvalidOperationException("Facts are missing.");
            var raw = clock.Elapsed.TotalSeconds;
            var before = GC.GetTotalMemory(forceFullCollection: true);
            clock.Restart();
            var peak = await VerifyAsync(journal, facts);
            var verified = clock.Elapsed.TotalSeconds;
            grown = Math.Max(grown, peak - before);
            ratios.Add(raw / verified);
            rates.Add(facts / verified);
        }
        var megabytes = grown / 1024 / 1024;
        Console.WriteLine($"{(megabytes <= MostMegabytes ? "ok  " : "MISS")} memory of verifying {facts} facts: {megabytes} MiB more (at most {MostMegabytes})");
        return Ratio.Tell($"verification of {facts} facts, against reading and hashing them", ratios, 0.50, $"{Ratio.Median(rates):0} facts/s") & megabytes <= MostMegabytes;
    }

    /// <returns>The most memory in use, as looked at now and then.</returns>
    private static async Task<long> VerifyAsync(SqliteJournal journal, long facts)
    {
        var (peak, taken) = (0L, 0L);
        using var verifier = new JournalVerifier(null, [], damage => throw new InvalidOperationException(damage.ToString()));
        await foreach (var row in journal.Checkpoints.ListAsync(1, CancellationToken.None))
            verifier.Take(row);
        await foreach (var row in journal.ScanAsync(CancellationToken.None))
        {
            verifier.Take(row);
            if (++taken % 50_000 == 0)
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false));
        }
        return verifier.Finish(isWhole: true).Facts == facts ? peak : throw new InvalidOperationException("Facts are missing.");
    }

    private static void Fill(string file, int facts)
    {
        using var store = new RawStore(file);
        for (var done = 0; done < facts; done += 1000 * ChainLength)
            store.Write(Enumerable.Range(0, 1000).SelectMany(_ => Chain()));
    }

    private static IEnumerable<Broker.Ports.Append> Chain()
    {
        var (stream, hash) = (StreamId.Of(Facts.NewId()), HashChain.Start);
        for (var version = 0; version < ChainLength; version++)
        {
            var record = Facts.Next(stream, version, hash);
            hash = record.Hash;
            yield return Facts.Append(record, Facts.Due);
        }
    }
}
