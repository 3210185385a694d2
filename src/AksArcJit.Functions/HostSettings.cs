using AksArcJit.Hosting;
using AksArcJit.Hosting.Options;

namespace AksArcJit.Functions;

/// <summary>What the app settings say beside the options file. infra/README.md lists them.</summary>
/// <param name="DevelopmentDirectory">Where the development issuer keeps its key and tokens; null for none.</param>
/// <param name="DataProtection">Address of the blob container in which instances share their Data Protection keys; null keeps them in memory.</param>
/// <param name="TicketQueue">The queue of ticket events; null where there is none.</param>
internal sealed record HostSettings(string ConfigFile, string? DevelopmentDirectory, Uri? DataProtection, string? TicketQueue)
{
    public const string Development = "AKSARCJIT_DEVELOPMENT";
    public const string DataProtectionVariable = "AKSARCJIT_DATA_PROTECTION";
    public const string TicketQueueVariable = "AKSARCJIT_TICKET_QUEUE";

    /// <exception cref="StartRefusedException">Every fault, each with its remedy.</exception>
    public static HostSettings Read(Func<string, string?> variable)
    {
        var faults = new List<string>();
        if (Text(OptionsFile.Variable) is null)
            faults.Add($"{OptionsFile.Variable}: name the options file.");
        // Set by Azure on every instance, and by Core Tools to what it listens on.
        if (Text(Development) is not null && (Text("WEBSITE_INSTANCE_ID") is not null || !IsLoopback(Text("WEBSITE_HOSTNAME"))))
            faults.Add($"{Development}: hands out tokens to anybody on this machine, so it is for your own machine only; remove the setting here.");
        var ring = Text(DataProtectionVariable);
        if (ring is not null && !(Uri.TryCreate(ring, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps))
            faults.Add($"{DataProtectionVariable}: the https address of a blob container, or leave it out on a single instance.");
        return faults.Count == 0
            ? new HostSettings(Path.GetFullPath(Text(OptionsFile.Variable)!), Whole(Text(Development)), ring is null ? null : new Uri(ring), Text(TicketQueueVariable))
            : throw new StartRefusedException($"Not started: faults in the app settings\n{string.Join('\n', faults.Select(fault => $"  - {fault}"))}");

        string? Text(string name) => variable(name) is { Length: > 0 } text ? text : null;
    }

    private static string? Whole(string? path) => path is null ? null : Path.GetFullPath(path);

    private static bool IsLoopback(string? authority) => Uri.TryCreate($"http://{authority}", UriKind.Absolute, out var url) && url.IsLoopback;
}
