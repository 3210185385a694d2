using AksArcJit.Journal.Notices;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Ports;

/// <summary>
/// One way to people: mail, a webhook, files. Taking the same notice twice is harmless where the receiver goes by
/// <see cref="OutgoingNotice.Id"/>. Only cancellation throws: everything else that goes wrong is a <see cref="NoticeDelivery"/>.
/// </summary>
public interface INoticeChannel
{
    /// <summary>As the options, the journal, health and metrics name it: 1 to 63 of a-z 0-9 -.</summary>
    string Name { get; }

    /// <summary>False where the channel knows no address of theirs.</summary>
    bool Reaches(Addressee addressee);

    /// <summary>Returns when the channel has taken the notice as its own, or has not. Within 30 s.</summary>
    Task<NoticeDelivery> DeliverAsync(OutgoingNotice notice, CancellationToken cancellation);
}

public abstract record NoticeDelivery
{
    private NoticeDelivery() { }

    public sealed record Taken : NoticeDelivery;

    /// <summary>Not taken, or nobody knows; it may be another time.</summary>
    /// <param name="Reason">One sentence, without secrets.</param>
    public sealed record Failed(string Reason) : NoticeDelivery;

    /// <summary>Never, however often it is tried: the channel does not know the address.</summary>
    /// <param name="Reason">One sentence, without secrets.</param>
    public sealed record Refused(string Reason) : NoticeDelivery;
}

/// <summary>Whom a notice goes to, by the options and the request: for delivery only, never an identity.</summary>
/// <param name="Name">For reading.</param>
/// <param name="Mails">Empty where no address is known; the operators may have several, which get one message.</param>
/// <param name="Zone">UTC where the options name none.</param>
public sealed record Addressee(string Name, IReadOnlyList<string> Mails, TimeZoneInfo Zone);

/// <summary>A notice on its way.</summary>
/// <param name="Id">Always the same for the same notice; 1 to 120 of a-z 0-9 and dot.</param>
/// <param name="Thread">The same for all notices of a request to the same person.</param>
/// <param name="Since">When what it tells of happened, UTC.</param>
/// <param name="Cluster">By the name that approvers know.</param>
/// <param name="Link">The consent link of exactly this addressee, absolute: the only secret that a notice holds. Null for everybody but approvers.</param>
public sealed record OutgoingNotice(
    string Id, string Thread, Notice Notice, DateTimeOffset Since, Addressee To, RequestState.Asked State, string Cluster, Letter Letter, Uri? Link);
