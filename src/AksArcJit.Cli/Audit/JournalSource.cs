using System.Runtime.CompilerServices;
using AksArcJit.Cli.Connection;
using AksArcJit.Journal;
using AksArcJit.Journal.Exports;

namespace AksArcJit.Cli.Audit;

/// <summary>A journal to read: all checkpoints first, then the rows.</summary>
internal abstract class JournalSource
{
    /// <summary>Known once all was read: no stream of the journal was left out.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <exception cref="CommandFailedException">Thrown on the way: it cannot be read, or ended before its end.</exception>
    public abstract IAsyncEnumerable<JournalRow> ReadAsync(CancellationToken cancellation);

    private void Ended(ExportEnd end) => IsWhole &= end.IsWhole;

    /// <param name="query">Empty, or <c>?ticket=…</c>: a selection.</param>
    public sealed class Live(BrokerClient broker, string query = "") : JournalSource
    {
        public override async IAsyncEnumerable<JournalRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (var row in broker.ReadAsync("api/v1/checkpoints", Ended, cancellation))
                yield return row;
            await foreach (var row in broker.ReadAsync($"api/v1/journal{query}", Ended, cancellation))
                yield return row;
        }
    }

    /// <summary>The checkpoints alone.</summary>
    public sealed class LiveLog(BrokerClient broker) : JournalSource
    {
        public override IAsyncEnumerable<JournalRow> ReadAsync(CancellationToken cancellation) => broker.ReadAsync("api/v1/checkpoints", Ended, cancellation);
    }

    public sealed class Export(FileInfo file) : JournalSource
    {
        private const int MostStrange = 1000;

        public override async IAsyncEnumerable<JournalRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
        {
            await using var stream = Open();
            var reader = new ExportReader(stream);
            await using var rows = reader.ReadAsync(cancellation).GetAsyncEnumerator(cancellation);
            // Held back until something is an export's: another file that was named by mistake is no damaged journal.
            var strange = new List<JournalRow>();
            var isExport = false;
            while (await NextAsync())
            {
                if (!isExport && rows.Current is JournalRow.Unreadable && strange.Count < MostStrange)
                {
                    strange.Add(rows.Current);
                    continue;
                }
                isExport = true;
                foreach (var row in strange)
                    yield return row;
                strange.Clear();
                yield return rows.Current;
            }
            if (!isExport && reader.End is null)
                throw new CommandFailedException($"{file.FullName} is no export: it holds no fact, no checkpoint and no end.",
                    "Give what 'aksarcjit audit export' or 'aksarcjit audit bundle' wrote. An anchor is given with --anchor, a key with --key.");
            foreach (var row in strange)
                yield return row;
            Ended(reader.End ?? throw new CommandFailedException($"{file.FullName} is cut off: its end marker is missing.", "Export it again."));

            async Task<bool> NextAsync()
            {
                try
                {
                    return await rows.MoveNextAsync();
                }
                catch (Exception fault) when (fault is IOException or FormatException)
                {
                    throw new CommandFailedException($"{file.FullName} cannot be read: {fault.Message}", "Give what 'aksarcjit audit export --format ndjson' or 'aksarcjit audit checkpoint --out' wrote.", fault);
                }
            }
        }

        private FileStream Open()
        {
            try
            {
                return file.OpenRead();
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailedException($"{file.FullName} cannot be read: {fault.Message}", "Name an export (.ndjson) or an evidence bundle (.zip); without a name the live journal is verified.", fault);
            }
        }
    }
}
