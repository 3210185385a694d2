using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using AksArcJit.Journal;
using AksArcJit.Journal.Exports;

namespace AksArcJit.Cli.Audit;

/// <summary>Three ways to write the same rows.</summary>
internal abstract class ExportFormat(Stream target) : IAsyncDisposable
{
    private const int FlushAt = 64 * 1024;

    protected ArrayBufferWriter<byte> Text { get; } = new();

    public static ExportFormat Of(string name, Stream target) => name switch
    {
        "ndjson" => new Lines(target),
        "json" => new Document(target),
        "csv" => new Table(target),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public async Task WriteAsync(JournalRow row, CancellationToken cancellation)
    {
        Write(row);
        if (Text.WrittenCount > FlushAt)
            await FlushAsync(cancellation);
    }

    public async Task EndAsync(bool isWhole, CancellationToken cancellation)
    {
        End(isWhole);
        await FlushAsync(cancellation);
    }

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected abstract void Write(JournalRow row);

    protected abstract void End(bool isWhole);

    private async Task FlushAsync(CancellationToken cancellation)
    {
        await target.WriteAsync(Text.WrittenMemory, cancellation);
        Text.ResetWrittenCount();
    }

    /// <summary>Can be verified.</summary>
    private sealed class Lines(Stream target) : ExportFormat(target)
    {
        private ExportEnd end = ExportEnd.Nothing;

        protected override void Write(JournalRow row)
        {
            end = end.Counting(row);
            ExportText.Write(Text, row);
        }

        protected override void End(bool isWhole) => ExportText.Write(Text, end with { IsWhole = isWhole });
    }

    /// <summary>The same objects in one array.</summary>
    private sealed class Document(Stream target) : ExportFormat(target)
    {
        private bool hasBegun;

        protected override void Write(JournalRow row)
        {
            Text.Write(hasBegun ? ","u8 : "[\n"u8);
            hasBegun = true;
            ExportText.Write(Text, row);
        }

        protected override void End(bool isWhole) => Text.Write(hasBegun ? "]\n"u8 : "[]\n"u8);
    }

    /// <summary>The facts for a spreadsheet (RFC 4180). What it would take for a formula is made text (OWASP, CSV injection).</summary>
    private sealed class Table : ExportFormat
    {
        public Table(Stream target) : base(target) => Text.Write("stream,version,factId,kind,at,payload,previousHash,hash\r\n"u8);

        protected override void Write(JournalRow row)
        {
            if (row is not JournalRow.Fact(var record))
                return;
            var cells = new[]
            {
                record.Stream.Text, record.Version.ToString(CultureInfo.InvariantCulture), record.FactId, record.Kind,
                Rfc3339.Text(record.At),
                Utf8.IsValid(record.Payload.Span) ? Encoding.UTF8.GetString(record.Payload.Span) : Convert.ToBase64String(record.Payload.Span),
                record.PreviousHash, record.Hash,
            };
            Encoding.UTF8.GetBytes(string.Join(',', cells.Select(Cell)) + "\r\n", Text);
        }

        protected override void End(bool isWhole)
        {
        }

        private static string Cell(string text)
        {
            var guarded = text.TrimStart() is ['=' or '+' or '-' or '@', ..] || text is ['\t' or '\r' or '\n', ..] ? "'" + text : text;
            return $"\"{guarded.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        }
    }
}
