using System.Diagnostics.CodeAnalysis;
using AksArcJit.Hosting.Options;

namespace AksArcJit.Server.Options;

/// <summary>The command line: where the options are, and whether this is somebody's own machine.</summary>
/// <param name="ConfigFile">The options file.</param>
/// <param name="IsDevelopment">Brings a development issuer, on loopback only.</param>
/// <param name="DataDirectory">Where the development issuer keeps its key and tokens.</param>
/// <param name="Verification">Verifies a store instead of serving; null serves.</param>
/// <param name="PrintsKey">Prints the checkpoint keys instead of serving.</param>
public sealed record ServerArguments(string ConfigFile, bool IsDevelopment, string DataDirectory, VerificationArguments? Verification = null, bool PrintsKey = false)
{
    private const string Usage =
        $"""
        Usage: AksArcJit.Server [--config FILE] [--dev] [--data DIR]
               AksArcJit.Server checkpoint-key [--config FILE]
               AksArcJit.Server verify [--sqlite FILE | --tables] [--anchor FILE] [--key FILE] [--config FILE]
          verify         verify a journal straight from its store, and end: 0 clean, 2 damage found, 1 could not check
            --sqlite FILE  that database; else the store of the options file
            --tables       the options file's Table Storage (journal.tables), whatever its journal.kind
            --anchor FILE  the checkpoints as they are known outside the store, an NDJSON line each; else the options file's checkpoints.anchors.file
            --key FILE     PEM with the public key that signs checkpoints; may be given again for former keys; else the options file's key file
          checkpoint-key print the public keys that sign and signed checkpoints, as PEM, for auditors; 1 where that cannot be done
          --config FILE  the options file; else the one that {OptionsFile.Variable} names
          --dev          on your own machine only: issue development tokens, written to DIR/dev-tokens.json
          --data DIR     where --dev keeps its files; else the options file's directory
        """;

    /// <param name="fromEnvironment">The value of <see cref="OptionsFile.Variable"/>.</param>
    public static bool TryParse(
        IReadOnlyList<string> args, string? fromEnvironment, [NotNullWhen(true)] out ServerArguments? arguments, [NotNullWhen(false)] out string? usage)
    {
        (arguments, usage) = (null, null);
        var (config, data, isDevelopment, verification, printsKey) = (fromEnvironment, (string?)null, false, (VerificationArguments?)null, false);
        for (var i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "verify" when i == 0:
                    verification = new VerificationArguments(null, false, null, []);
                    break;
                case "checkpoint-key" when i == 0:
                    printsKey = true;
                    break;
                case "--sqlite" when verification is not null && i + 1 < args.Count:
                    verification = verification with { SqliteFile = Path.GetFullPath(args[++i]) };
                    break;
                case "--tables" when verification is not null:
                    verification = verification with { IsTables = true };
                    break;
                case "--anchor" when verification is not null && i + 1 < args.Count:
                    verification = verification with { AnchorFile = Path.GetFullPath(args[++i]) };
                    break;
                case "--key" when verification is not null && i + 1 < args.Count:
                    verification = verification with { KeyFiles = [.. verification.KeyFiles, Path.GetFullPath(args[++i])] };
                    break;
                case "--dev":
                    isDevelopment = true;
                    break;
                case "--config" when i + 1 < args.Count:
                    config = args[++i];
                    break;
                case "--data" when i + 1 < args.Count:
                    data = args[++i];
                    break;
                case "--help" or "-h":
                    usage = Usage;
                    return false;
                default:
                    usage = $"'{args[i]}' is not understood.\n{Usage}";
                    return false;
            }
        }
        if (verification is { SqliteFile: not null, IsTables: true })
        {
            usage = $"--sqlite and --tables name two stores.\n{Usage}";
            return false;
        }
        if (string.IsNullOrEmpty(config) && verification is { SqliteFile: not null })
            config = "";
        else if (string.IsNullOrEmpty(config))
        {
            usage = $"No options file is named.\n{Usage}";
            return false;
        }
        config = config.Length == 0 ? "" : Path.GetFullPath(config);
        arguments = new ServerArguments(config, isDevelopment, data is not null ? Path.GetFullPath(data) : config.Length == 0 ? "" : Path.GetDirectoryName(config)!, verification, printsKey);
        return true;
    }
}

/// <param name="SqliteFile">Null: the store of the options file.</param>
/// <param name="IsTables">The options file's Table Storage, whatever its <c>journal.kind</c>.</param>
/// <param name="AnchorFile">Null: the options file's, where it names one.</param>
/// <param name="KeyFiles">Empty: the options file's, where it names one.</param>
public sealed record VerificationArguments(string? SqliteFile, bool IsTables, string? AnchorFile, IReadOnlyList<string> KeyFiles);
