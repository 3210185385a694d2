using AksArcJit.Broker.Options;
using Microsoft.Extensions.Options;

namespace AksArcJit.Broker.Checkpoints;

/// <summary>Section <c>checkpoints</c>, apart from the key and the anchors, which the adapters own.</summary>
public sealed class CheckpointOptions
{
    public const string Section = "Checkpoints";

    /// <summary>ISO 8601, 5 to 60 seconds: how long a change waits for others before it is covered, unless an access began or ended with it.</summary>
    public string Interval { get; set; } = "PT60S";
}

internal sealed class CheckpointOptionsValidation : IValidateOptions<CheckpointOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public ValidateOptionsResult Validate(string? name, CheckpointOptions options) =>
        Iso8601.TryParse(options.Interval, out var interval) && interval >= Shortest && interval <= Longest
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("checkpoints.interval: an ISO 8601 duration from PT5S to PT60S.");
}
