using Microsoft.Extensions.Options;

namespace AksArcJit.Broker.Options;

/// <summary>Section <c>notices</c>, apart from the channels themselves, which their adapters own.</summary>
public sealed class NoticeOptions
{
    public const string Section = "Notices";

    /// <summary>Names of channels in the order in which they are tried; empty means all that are configured: smtp, webhook, files.</summary>
    public IList<string> Channels { get; set; } = [];

    /// <summary>Mail addresses of those who operate the broker: told when a revocation cannot be confirmed.</summary>
    public IList<string> Operators { get; set; } = [];

    /// <summary>
    /// The claim of an engineer's token that holds their mail address, which is then kept in the request's journal; empty keeps none, and
    /// engineers get no mail.
    /// </summary>
    public string EngineerMailClaim { get; set; } = "email";

    /// <summary>ISO 8601, PT1M to PT1H: how long before its end a window is told to end soon; never more than a fifth of the window.</summary>
    public string ExpiringSoon { get; set; } = "PT10M";

    /// <summary>ISO 8601, PT1M to P7D: how long a notice that no channel takes is tried before it is recorded as undelivered.</summary>
    public string GiveUpAfter { get; set; } = "PT4H";
}

internal sealed class NoticeOptionsValidation : IValidateOptions<NoticeOptions>
{
    public ValidateOptionsResult Validate(string? name, NoticeOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(NoticeOptions options)
    {
        if (!Iso8601.TryParse(options.ExpiringSoon, out var soon) || soon < TimeSpan.FromMinutes(1) || soon > TimeSpan.FromHours(1))
            yield return "notices.expiringSoon: an ISO 8601 duration from PT1M to PT1H, for example \"PT10M\".";
        if (!Iso8601.TryParse(options.GiveUpAfter, out var limit) || limit < TimeSpan.FromMinutes(1) || limit > TimeSpan.FromDays(7))
            yield return "notices.giveUpAfter: an ISO 8601 duration from PT1M to P7D, for example \"PT4H\".";
    }
}
