using AksArcJit.Broker.Ports;

namespace AksArcJit.Broker.Notices;

/// <summary>
/// How far the delivery of one notice has come. A channel is tried three times in ten seconds, once if that takes as long, then the next;
/// when all have failed, the first again after a pause that doubles from half a minute to ten. A channel that does not know the address is
/// not tried again.
/// </summary>
/// <param name="Channels">Those left, in the order in which they are tried.</param>
/// <param name="At">Index of the current one.</param>
/// <param name="Failures">Of the current channel, in a row.</param>
/// <param name="Rounds">How often all of them have failed.</param>
/// <param name="NotBefore">No try sooner, UTC.</param>
/// <param name="Reasons">The newest of each channel, for the record.</param>
internal sealed record Trial(
    IReadOnlyList<INoticeChannel> Channels, int At, int Failures, int Rounds, DateTimeOffset NotBefore, IReadOnlyDictionary<string, string> Reasons)
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8)];
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstRound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRound = TimeSpan.FromMinutes(10);

    public static Trial Of(IReadOnlyList<INoticeChannel> channels) =>
        new(channels, 0, 0, 0, DateTimeOffset.MinValue, new Dictionary<string, string>());

    public INoticeChannel Channel => Channels[At];

    public bool IsHopeless => Channels.Count == 0;

    /// <summary>Every channel has been tried at least once.</summary>
    public bool HasFailedEverywhere => IsHopeless || Rounds > 0;

    public string Reason => string.Join(" ", Reasons.OrderBy(reason => reason.Key, StringComparer.Ordinal).Select(reason => $"{reason.Key}: {reason.Value}"));

    /// <param name="took">How long the try lasted.</param>
    /// <param name="draw">Makes of a pause the one that is kept (<see cref="Drawing.DrawPause"/>).</param>
    public Trial After(NoticeDelivery.Failed failed, DateTimeOffset now, TimeSpan took, Func<TimeSpan, TimeSpan> draw)
    {
        var told = With(failed.Reason);
        if (Failures < Pauses.Length && took < Slow)
            return told with { Failures = Failures + 1, NotBefore = now + draw(Pauses[Failures]) };
        if (At < Channels.Count - 1)
            return told with { At = At + 1, Failures = 0, NotBefore = now };
        return told with { At = 0, Failures = 0, Rounds = Rounds + 1, NotBefore = now + draw(RoundPause) };
    }

    /// <param name="draw">As above.</param>
    public Trial After(NoticeDelivery.Refused refused, DateTimeOffset now, Func<TimeSpan, TimeSpan> draw)
    {
        var left = Channels.Where(channel => channel != Channel).ToList();
        var rest = With(refused.Reason) with { Channels = left, Failures = 0 };
        return At < left.Count || left.Count == 0
            ? rest with { NotBefore = now }
            : rest with { At = 0, Rounds = Rounds + 1, NotBefore = now + draw(RoundPause) };
    }

    /// <summary>The current channel is away for everybody: its turn passes to the next, or all wait until it may be tried.</summary>
    public Trial Past(DateTimeOffset until, string fault, DateTimeOffset now) => At < Channels.Count - 1
        ? With(fault) with { At = At + 1, Failures = 0, NotBefore = now }
        : With(fault) with { At = 0, Failures = 0, Rounds = Math.Max(Rounds, 1), NotBefore = until };

    private TimeSpan RoundPause => FirstRound * Math.Pow(2, Math.Min(Rounds, 10)) is var pause && pause < LongestRound ? pause : LongestRound;

    private Trial With(string reason) => this with { Reasons = new Dictionary<string, string>(Reasons) { [Channel.Name] = reason } };
}
