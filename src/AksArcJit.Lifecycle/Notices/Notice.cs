namespace AksArcJit.Lifecycle.Notices;

/// <summary>Something that somebody is to be told of a request. It changes nothing about the request itself.</summary>
/// <param name="About">The version of the fact that it tells of, from 1.</param>
/// <param name="To">Null for the operators of the broker.</param>
public sealed record Notice(NoticeKind Kind, long About, Person? To);

public enum NoticeKind
{
    /// <summary>To an approver: consent is asked.</summary>
    ConsentAsked,
    /// <summary>To the engineer and the other approvers: an approver has consented or refused.</summary>
    Decided,
    /// <summary>To the engineer and the approvers: the request is over, and access was never in force.</summary>
    EndedWithoutAccess,
    /// <summary>To the engineer and the approvers: access is in force.</summary>
    Granted,
    /// <summary>To the engineer: the window is about to end.</summary>
    ExpiringSoon,
    /// <summary>To the engineer and the approvers: access has ended, as the cluster confirmed or an operator gave their word.</summary>
    Ended,
    /// <summary>To the operators and the approvers: nobody can say that the access is gone.</summary>
    RevocationUnconfirmed,
}

/// <summary>What came of a notice.</summary>
public abstract record NoticeOutcome
{
    private NoticeOutcome(Notice notice) => Notice = notice;

    public Notice Notice { get; }

    /// <param name="Channel">The one that took it.</param>
    public sealed record Delivered(Notice Notice, string Channel) : NoticeOutcome(Notice);

    /// <summary>Every channel has failed for as long as the options allow.</summary>
    public sealed record Undelivered(Notice Notice, string Reason) : NoticeOutcome(Notice);
}
