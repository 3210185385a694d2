using System.CommandLine;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Cli.Audit;

/// <summary>What an auditor knows from outside the journal: the anchor, and the keys that may sign.</summary>
internal sealed class TrustOptions
{
    private const int LargestKey = 64 * 1024;

    private readonly Option<FileInfo?> anchor = new("--anchor") { Description = "The checkpoints as anchored outside the journal, one a line", HelpName = "FILE" };
    private readonly Option<FileInfo[]> keys = new("--key") { Description = "The public keys (PEM) that may sign checkpoints, of every key that ever did; may be given again", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Options.Add(anchor);
        command.Options.Add(keys);
    }

    public List<CheckpointKey> ReadKeys(ParseResult parsed) => [.. (parsed.GetValue(keys) ?? []).SelectMany(KeysIn).DistinctBy(key => key.Id)];

    /// <summary>To be read before the journal is: a checkpoint is stored first and anchored then.</summary>
    /// <returns>Null where none is given.</returns>
    public async Task<Anchor?> ReadAnchorAsync(ParseResult parsed, IReadOnlyList<CheckpointKey> trusted, CancellationToken cancellation)
    {
        if (parsed.GetValue(anchor) is not { } file)
            return null;
        try
        {
            // A broker may be appending to it.
            await using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return await AnchorText.ReadAsync(stream, trusted, cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"The anchor {file.FullName} cannot be read: {fault.Message}", "Give the file that the broker anchors to, or a copy of it.", fault);
        }
        catch (FormatException fault)
        {
            throw new CommandFailedException($"The anchor {file.FullName} is of no use: {fault.Message}", "Give the anchor of this journal, and the key that signs its checkpoints.", fault);
        }
    }

    private static IReadOnlyList<CheckpointKey> KeysIn(FileInfo file)
    {
        try
        {
            if (file.Exists && file.Length > LargestKey)
                throw new FormatException("it is too large for a key.");
            var pem = File.ReadAllText(file.FullName);
            // Whoever verifies must not be able to sign; a key that came this far has travelled too far.
            if (pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
                throw new FormatException("it holds a private key, with which checkpoints could be forged. Keep it where the broker runs, and nowhere else.");
            return CheckpointKey.AllFromPem(pem);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandFailedException($"The key {file.FullName} cannot be used: {fault.Message}", "Give the broker's public key: a PEM file with BEGIN PUBLIC KEY (ECDSA on P-256), as 'AksArcJit.Server checkpoint-key' prints it.", fault);
        }
    }
}
