using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Notices;

/// <summary>
/// Whom a notice goes to, and by which channels. Nobody is told what no channel can bring them: an engineer whose token names no address,
/// or an approver who is no longer configured, is not owed it.
/// </summary>
public sealed class Readers(ClusterBook book, NoticeOptions options, IReadOnlyList<INoticeChannel> channels)
{
    private readonly IReadOnlyList<INoticeChannel> _usual = Chosen(channels, options.Channels);

    /// <param name="person">Null for the operators.</param>
    /// <returns>The channels in the order in which they are tried; none where nothing reaches them.</returns>
    public (Addressee Addressee, IReadOnlyList<INoticeChannel> Channels) Find(AccessRequest request, Person? person)
    {
        if (person is null)
            return Reached(new Addressee("Operators", [.. options.Operators], TimeZoneInfo.Utc), _usual);
        if (person == request.Terms.Engineer)
            return Reached(new Addressee(request.EngineerName, Mails(request.EngineerMail), TimeZoneInfo.Utc), _usual);
        return book.Find(request.Terms.Cluster)?.Approvers.FirstOrDefault(approver => approver.Person == person) is { } entry
            ? Reached(new Addressee(entry.Name, Mails(entry.Mail), entry.Zone), entry.Channels.Count == 0 ? _usual : Chosen(channels, entry.Channels))
            : (new Addressee(person.ObjectId, [], TimeZoneInfo.Utc), []);
    }

    private static IReadOnlyList<string> Mails(string? mail) => mail is null ? [] : [mail];

    private static (Addressee, IReadOnlyList<INoticeChannel>) Reached(Addressee addressee, IReadOnlyList<INoticeChannel> usual) =>
        (addressee, [.. usual.Where(channel => channel.Reaches(addressee))]);

    private static IReadOnlyList<INoticeChannel> Chosen(IReadOnlyList<INoticeChannel> channels, IEnumerable<string> names) =>
        names.Select(name => channels.First(channel => channel.Name == name)).ToList() is { Count: > 0 } chosen ? chosen : channels;
}
