using System.Diagnostics.CodeAnalysis;
using AksArcJit.Lifecycle;

namespace AksArcJit.Journal;

/// <summary>
/// Names a chain of facts: a request's id as it is, or <c>ticket!id</c>, <c>cluster!id</c>, <c>system!</c>. No id contains <c>!</c>, so
/// the families never meet.
/// </summary>
public sealed record StreamId
{
    private const string TicketPrefix = "ticket!";
    private const string ClusterPrefix = "cluster!";

    private StreamId(string text) => Text = text;

    public static StreamId System { get; } = new("system!");

    public string Text { get; }

    public static StreamId Of(RequestId id) => new(id.Text);

    public static StreamId Of(TicketId id) => new(TicketPrefix + id.Text);

    public static StreamId Of(ClusterId id) => new(ClusterPrefix + id.Text);

    /// <summary>For text that a store holds. Throws <see cref="FormatException"/> where it names no stream.</summary>
    public static StreamId Parse(string text) => TryParse(text, out var stream) ? stream : throw new FormatException($"'{text}' names no stream.");

    public static bool TryParse(string text, [NotNullWhen(true)] out StreamId? stream)
    {
        var known = RequestId.TryParse(text, out _) || text == System.Text
            || (text.StartsWith(TicketPrefix, StringComparison.Ordinal) && TicketId.TryParse(text[TicketPrefix.Length..], out _))
            || (text.StartsWith(ClusterPrefix, StringComparison.Ordinal) && ClusterId.TryParse(text[ClusterPrefix.Length..], out _));
        stream = known ? new StreamId(text) : null;
        return known;
    }

    public RequestId? Request => RequestId.TryParse(Text, out var id) ? id : null;

    public TicketId? Ticket => Text.StartsWith(TicketPrefix, StringComparison.Ordinal) ? TicketId.Parse(Text[TicketPrefix.Length..]) : null;

    public override string ToString() => Text;
}
