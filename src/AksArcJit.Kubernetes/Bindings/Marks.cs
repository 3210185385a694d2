using System.Globalization;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;

namespace AksArcJit.Kubernetes.Bindings;

/// <summary>The labels and annotations by which a binding says whose it is, and until when.</summary>
internal static class Marks
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Us = "aksarcjit";
    public const string Installation = "aksarcjit.io/installation";
    public const string Request = "aksarcjit.io/request";
    public const string Ticket = "aksarcjit.io/ticket";
    public const string NotAfter = "aksarcjit.io/not-after";

    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
    private static readonly string[] Rfc3339 = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    public static Dictionary<string, string> Labels(string installation) => new() { [ManagedBy] = Us, [Installation] = installation };

    public static Dictionary<string, string> Annotations(BindingSpec spec) => new()
    {
        [Request] = spec.Request.Text,
        [Ticket] = spec.Ticket.Text,
        [NotAfter] = Write(spec.NotAfter),
    };

    /// <summary>Whole seconds, rounded down: the in-cluster guard must not be later than the broker.</summary>
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Null where it is no RFC 3339 time, or one that no clock shows: the journal holds no such time.</summary>
    public static DateTimeOffset? ReadTime(string? text) =>
        DateTimeOffset.TryParseExact(text, Rfc3339, CultureInfo.InvariantCulture, Utc, out var time) && Timing.IsTime(time) ? time : null;
}
