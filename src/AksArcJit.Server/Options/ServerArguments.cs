using System.Diagnostics.CodeAnalysis;

namespace AksArcJit.Server.Options;

/// <summary>The command line: where the options are, and whether this is somebody's own machine.</summary>
/// <param name="ConfigFile">The options file.</param>
/// <param name="IsDevelopment">Brings a development issuer, on loopback only.</param>
/// <param name="DataDirectory">Where the development issuer keeps its key and tokens.</param>
/// <param name="IsVerification">Verifies the store instead of serving.</param>
public sealed record ServerArguments(string ConfigFile, bool IsDevelopment, string DataDirectory, bool IsVerification = false)
{
    public const string ConfigVariable = "AKSARCJIT_CONFIG";

    private const string Usage =
        $"""
        Usage: aksarcjit-server [verify] [--config FILE] [--dev] [--data DIR]
          verify         recompute every hash of the journal, straight from its store, and end: 0 clean, 2 damage found, 1 could not check
          --config FILE  the options file; else the one that {ConfigVariable} names
          --dev          on your own machine only: issue development tokens, written to DIR/dev-tokens.json
          --data DIR     where --dev keeps its files; else the options file's directory
        """;

    /// <param name="fromEnvironment">The value of <see cref="ConfigVariable"/>.</param>
    public static bool TryParse(
        IReadOnlyList<string> args, string? fromEnvironment, [NotNullWhen(true)] out ServerArguments? arguments, [NotNullWhen(false)] out string? usage)
    {
        (arguments, usage) = (null, null);
        var (config, data, isDevelopment, isVerification) = (fromEnvironment, (string?)null, false, false);
        for (var i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "verify" when i == 0:
                    isVerification = true;
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
                default:
                    usage = $"'{args[i]}' is not understood.\n{Usage}";
                    return false;
            }
        }
        if (string.IsNullOrEmpty(config))
        {
            usage = $"No options file is named.\n{Usage}";
            return false;
        }
        config = Path.GetFullPath(config);
        arguments = new ServerArguments(config, isDevelopment, data is null ? Path.GetDirectoryName(config)! : Path.GetFullPath(data), isVerification);
        return true;
    }
}
