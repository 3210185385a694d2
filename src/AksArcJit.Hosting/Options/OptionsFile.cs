using Microsoft.Extensions.Configuration;

namespace AksArcJit.Hosting.Options;

/// <summary>The one options file. Relative paths in it start at its own directory, wherever the host is started from.</summary>
public static class OptionsFile
{
    /// <summary>The environment variable that names it.</summary>
    public const string Variable = "AKSARCJIT_CONFIG";

    private static readonly string[] Paths =
    [
        "consent:keyFile", "journal:sqlite:file", "notices:directory", "notices:smtp:passwordFile", "notices:smtp:caFile", "notices:webhook:keyFile",
        "checkpoints:key:file", "checkpoints:anchors:file", "checkpoints:anchors:webhook:secretFile",
    ];

    /// <exception cref="StartRefusedException">It is not there, or is no JSON.</exception>
    public static IConfigurationRoot Read(string file)
    {
        if (!File.Exists(file))
            throw new StartRefusedException($"The options file '{file}' does not exist; {Variable} names another, and so does the server's --config FILE.");
        IConfigurationRoot written;
        try
        {
            written = new ConfigurationBuilder().AddJsonFile(file, optional: false, reloadOnChange: false).Build();
        }
        catch (Exception fault) when (fault is InvalidDataException or FormatException)
        {
            throw new StartRefusedException($"The options file '{file}' is no JSON that can be read: {(fault.InnerException ?? fault).Message}");
        }
        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var formerKeys = written.GetSection("checkpoints:key:former").GetChildren().Select(file => file.Path);
        var kubeconfigs = written.GetSection("clusters").GetChildren().Select(cluster => $"{cluster.Path}:kubeconfig");
        var events = written.GetSection("events:sources").GetChildren().Concat(written.GetSection("events:outlets").GetChildren())
            .SelectMany(source => (string[])[$"{source.Path}:sasKeyFile", $"{source.Path}:passwordFile", $"{source.Path}:caFile"])
            .Concat(written.GetSection("events:webhook:keys").GetChildren().Select(key => $"{key.Path}:keyFile"))
            .Concat(written.GetSection("events:outlets").GetChildren().SelectMany(outlet => outlet.GetSection("keyFiles").GetChildren()).Select(file => file.Path));
        var whole = Paths.Concat(kubeconfigs).Concat(formerKeys).Concat(events)
            .Where(key => !string.IsNullOrWhiteSpace(written[key]))
            .ToDictionary(key => key, key => (string?)Path.Combine(directory, written[key]!));
        return new ConfigurationBuilder().AddConfiguration(written).AddInMemoryCollection(whole).Build();
    }
}
