using System.Globalization;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Journal.Notices;

/// <summary>What a notice tells, for those who word it.</summary>
/// <param name="Facts">The request's, by version from 1, at least up to the one that the notice is about.</param>
/// <param name="Cluster">By the name that approvers know.</param>
/// <param name="Installation">Who writes.</param>
/// <param name="Zone">The reader's, beside UTC.</param>
/// <param name="Link">To an approver: their own page. Null for everybody else: it is a secret.</param>
/// <param name="Kubectl">To the engineer, once access is in force.</param>
/// <param name="Ticket">As last heard of; null where it could not be read.</param>
/// <param name="Role">The rules that were asked for.</param>
/// <param name="Own">To the engineer: the request's address in the API, which is no secret. Null for everybody else.</param>
public sealed record Telling(
    Notice Notice, RequestState.Asked State, IReadOnlyList<(RequestFact Fact, DateTimeOffset At)> Facts, string Cluster, string Installation,
    TimeZoneInfo Zone, Uri? Link, string? Kubectl, Ticket? Ticket, RoleRules Role, Uri? Own)
{
    public AccessRequest Request => State.Request;

    public RequestFact Fact => Facts[checked((int)Notice.About) - 1].Fact;

    public DateTimeOffset At => Facts[checked((int)Notice.About) - 1].At;

    internal LocalTime Local(DateTimeOffset at) => new(at, Zone);

    /// <summary>The object id where the request knows no name.</summary>
    internal string NameOf(Person person) => Request.NameOf(person) ?? person.ObjectId;

    internal TFact? Last<TFact>()
        where TFact : RequestFact => Facts.Select(entry => entry.Fact).OfType<TFact>().LastOrDefault();
}

/// <summary>A time as the reader's clock shows it too, with its offset from UTC: an hour that comes twice in a night is told apart.</summary>
internal readonly record struct LocalTime(DateTimeOffset At, TimeZoneInfo Zone)
{
    public override string ToString()
    {
        if (Zone.Id == TimeZoneInfo.Utc.Id)
            return Wording.Time(At);
        var local = TimeZoneInfo.ConvertTime(At, Zone);
        return $"{Wording.Time(At)} ({local.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)} {Zone.Id})";
    }
}
