using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using AksArcJit.Broker.Ports;
using AksArcJit.Hosting;
using AksArcJit.Hosting.Options;
using AksArcJit.Hosting.Verification;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.Journal.Verification;
using AksArcJit.Server.Options;
using AksArcJit.Stores.Sqlite;
using AksArcJit.Stores.Tables;
using OptionsOf = Microsoft.Extensions.Options.Options;

namespace AksArcJit.Server.Verification;

/// <summary>
/// The verb <c>verify</c>: reads every checkpoint and every row straight from a store, verifies them, and names what it found and what it
/// could not have seen. It needs no cluster and no valid options beyond the store's.
/// </summary>
internal static class StoreVerification
{
    private const int Clean = 0;
    private const int CouldNotCheck = 1;
    private const int Damaged = 2;

    /// <param name="configFile">Empty where none is named.</param>
    public static async Task<int> RunAsync(VerificationArguments arguments, string configFile, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var keys = new List<CheckpointKey>();
        try
        {
            var options = configFile.Length > 0 && (arguments.SqliteFile is null || File.Exists(configFile)) ? OptionsFile.Read(configFile) : null;
            keys.AddRange(Keys(arguments, options, errors));
            var anchor = await AnchorAsync(arguments.AnchorFile ?? OptionsAnchor(options), keys, cancellation);
            using var store = Open(arguments, options);
            using var verifier = new JournalVerifier(anchor, keys, damage => output.WriteLine(Plain($"DAMAGE  {damage}")));
            await StoreRows.FeedAsync(verifier, store.Journal, store.Checkpoints, store.Unhashed, TimeProvider.System, () => ValueTask.CompletedTask, cancellation);
            var report = verifier.Finish(isWhole: true);
            Tell(report, output);
            return report.IsClean ? Clean : Damaged;
        }
        catch (Exception fault) when (fault is JournalUnavailableException or StartRefusedException or FormatException or IOException
            or UnauthorizedAccessException or CryptographicException or NotSupportedException)
        {
            errors.WriteLine(Plain($"Could not check: {fault.Message}"));
            return CouldNotCheck;
        }
        finally
        {
            keys.ForEach(key => key.Dispose());
        }
    }

    private static void Tell(VerificationReport report, TextWriter output)
    {
        output.WriteLine($"{report.Facts} facts in {report.Streams} chains, {(report.Checkpoints == 1 ? "1 checkpoint" : $"{report.Checkpoints} checkpoints")}: "
            + (report.IsClean ? "every hash follows from the one before." : $"{report.Damages} damages."));
        foreach (var (kind, count) in report.UnknownKinds)
            output.WriteLine(Plain($"{count} facts are of kind {kind}, which this version does not know: their hashes hold, a newer version wrote them."));
        if (report.Horizon is { } horizon)
            output.WriteLine($"Horizon: checkpoint {horizon.Checkpoint} of {horizon.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, key {horizon.KeyId[..16]}…, "
                + (horizon.AnchoredCheckpoint is { } anchored ? $"anchored up to checkpoint {anchored}" : "not anchored")
                + ". What came after it is covered by the chains alone.");
        output.WriteLine("Heads and open requests were compared with the facts. Covered by no hash: the rows by which lists find requests; who alters those hides a request from lists, not from here.");
        foreach (var sentence in report.NotExcluded)
            output.WriteLine(Plain($"Not excluded: {sentence}"));
    }

    // Whoever wrote the store must not write to the terminal of whoever verifies it.
    private static string Plain(string text) => VisibleText.Plain(text).Replace('\n', ' ');

    private static List<CheckpointKey> Keys(VerificationArguments arguments, IConfiguration? options, TextWriter warnings)
    {
        foreach (var secret in arguments.KeyFiles.Where(file => !IsPublic(File.ReadAllText(file))))
            warnings.WriteLine($"'{secret}' is a private key; only its public half is used. Give auditors that half: AksArcJit.Server checkpoint-key.");
        if (arguments.KeyFiles.Count > 0)
            return [.. arguments.KeyFiles.SelectMany(KeysIn).DistinctBy(key => key.Id)];
        var files = new[] { options?["checkpoints:key:file"] }.Concat(options?.GetSection("checkpoints:key:former").GetChildren().Select(file => file.Value) ?? []);
        return [.. files.Where(file => !string.IsNullOrEmpty(file)).SelectMany(file => KeysIn(file!))];
    }

    /// <summary>Of public keys, or of a private one: whoever runs the broker has that.</summary>
    private static IReadOnlyList<CheckpointKey> KeysIn(string file)
    {
        var pem = File.ReadAllText(file);
        if (IsPublic(pem))
            return CheckpointKey.AllFromPem(pem);
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            throw new FormatException($"'{file}' holds no key: {fault.Message}", fault);
        }
        return [CheckpointKey.Of(key.ExportSubjectPublicKeyInfo())];
    }

    private static bool IsPublic(string pem) => pem.Contains("BEGIN PUBLIC KEY", StringComparison.Ordinal);

    private static string? OptionsAnchor(IConfiguration? options) =>
        options?["checkpoints:anchors:file"] is { Length: > 0 } file && File.Exists(file) ? file : null;

    private static async Task<Anchor?> AnchorAsync(string? file, IReadOnlyList<CheckpointKey> keys, CancellationToken cancellation)
    {
        if (file is null)
            return null;
        // The server may be appending to it, and must not be kept from that.
        await using var text = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return await AnchorText.ReadAsync(text, keys, cancellation);
    }

    private static Store Open(VerificationArguments arguments, IConfiguration? options)
    {
        if (arguments.SqliteFile is null && (arguments.IsTables || options?["journal:kind"] == JournalOptions.Tables))
        {
            var tables = new TablesJournalOptions();
            options!.GetSection(TablesJournalOptions.Section).Bind(tables);
            if (tables.Validate(new ValidationContext(tables)).FirstOrDefault() is { ErrorMessage: { } fault })
                throw new StartRefusedException(fault);
            var journal = new TablesJournal(OptionsOf.Create(tables), TimeProvider.System);
            return new Store(journal, journal.Checkpoints, journal.Unhashed, null);
        }
        var file = arguments.SqliteFile ?? options?[$"{SqliteJournalOptions.Section}:File"];
        // It would be made, and found clean.
        if (!File.Exists(file))
            throw new FileNotFoundException($"There is no journal '{file}'.");
        var sqlite = SqliteJournal.OpenReadOnly(file, TimeProvider.System);
        return new Store(sqlite, sqlite.Checkpoints, sqlite.Unhashed, sqlite);
    }

    private sealed record Store(IJournal Journal, ICheckpointLog Checkpoints, IUnhashedRows Unhashed, IDisposable? Owned) : IDisposable
    {
        public void Dispose() => Owned?.Dispose();
    }
}
