using System.Diagnostics;
using AksArcJit.Stores.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace AksArcJit.Benchmarks.Journal;

/// <summary>Opening a SQLite journal and reading its open index with a thousand open requests, with many closed ones against few: flat.</summary>
internal static class OpenRun
{
    private const int Open = 1000;

    public static async Task<bool> RunAsync(bool isSmoke)
    {
        var (few, many) = isSmoke ? (1_000, 20_000) : (1_000, 1_000_000);
        using var place = new Place();
        Fill(place.File("few.db"), few);
        Fill(place.File("many.db"), many);
        List<double> ratios = [], times = [];
        await OpenAsync(place.File("few.db"));
        await OpenAsync(place.File("many.db"));
        for (var round = 0; round < Ratio.Rounds; round++)
        {
            var withFew = await OpenAsync(place.File("few.db"));
            var withMany = await OpenAsync(place.File("many.db"));
            ratios.Add(withFew / withMany);
            times.Add(withMany * 1000);
        }
        return Ratio.Tell($"opening with {few} closed requests against {many}, {Open} open each", ratios, 0.50, $"{Ratio.Median(times):0.0} ms");
    }

    /// <returns>Seconds.</returns>
    private static async Task<double> OpenAsync(string file)
    {
        var clock = Stopwatch.StartNew();
        using var journal = new SqliteJournal(Options.Create(new SqliteJournalOptions { File = file }), TimeProvider.System);
        var (open, facts) = (0, 0);
        await foreach (var entry in journal.ListOpenAsync(CancellationToken.None))
        {
            open++;
            facts += (await journal.ReadAsync(entry.Stream, CancellationToken.None)).Count;
        }
        return open == Open && facts == Open ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"{open} requests with {facts} facts are open.");
    }

    private static void Fill(string file, int closed)
    {
        using var store = new RawStore(file);
        for (var done = 0; done < closed; done += 1000)
            store.Write(Enumerable.Range(0, 1000).Select(_ => Facts.Append(Facts.Next(Journal(), 0, AksArcJit.Journal.HashChain.Start), Facts.Due)));
        // Closed ones have left the open index.
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            using var clear = connection.CreateCommand();
            clear.CommandText = "DELETE FROM open";
            clear.ExecuteNonQuery();
        }
        store.Write(Enumerable.Range(0, Open).Select(_ => Facts.Append(Facts.Next(Journal(), 0, AksArcJit.Journal.HashChain.Start), Facts.Due)));

        static AksArcJit.Journal.StreamId Journal() => AksArcJit.Journal.StreamId.Of(Facts.NewId());
    }
}
