using Microsoft.Extensions.Configuration;

namespace AksArcJit.Hosting.Options;

/// <summary>The one options file. Relative paths in it start at its own directory, wherever the host is started from.</summary>
public static class OptionsFile
{
    /// <summary>The environment variable that names it.</summary>
    public const string Variable = "AKSARCJIT_CONFIG";

    /// <exception cref="StartRefusedException">It is not there, may not be read, or is no JSON.</exception>
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
            throw new StartRefusedException($"The options file '{file}' is no JSON that can be read: {fault.GetBaseException().Message}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The options file '{file}' cannot be read by the user '{Environment.UserName}', as whom this process runs: {fault.Message}");
        }
        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var whole = written.AsEnumerable().Where(one => IsPath(one.Key) && !string.IsNullOrWhiteSpace(one.Value))
            .ToDictionary(one => one.Key, one => (string?)Path.Combine(directory, one.Value!));
        return new ConfigurationBuilder().AddConfiguration(written).AddInMemoryCollection(whole).Build();
    }

    /// <summary>By its name, so that no option that is added is forgotten here: …File, …Files[], kubeconfig, directory, former[].</summary>
    private static bool IsPath(string key)
    {
        var name = key.Split(':').LastOrDefault(part => !part.All(char.IsAsciiDigit)) ?? "";
        return name.EndsWith("file", StringComparison.OrdinalIgnoreCase) || name.EndsWith("files", StringComparison.OrdinalIgnoreCase)
            || name.Equals("kubeconfig", StringComparison.OrdinalIgnoreCase) || name.Equals("directory", StringComparison.OrdinalIgnoreCase)
            || name.Equals("former", StringComparison.OrdinalIgnoreCase);
    }
}
