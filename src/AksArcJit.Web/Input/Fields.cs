using System.Globalization;
using AksArcJit.Broker.Options;
using AksArcJit.Contracts;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Web.Refusals;

namespace AksArcJit.Web.Input;

/// <summary>
/// Reads fields into the types that the inside works with, and collects every fault on the way: look at <see cref="Problem"/> before
/// using what was read.
/// </summary>
internal sealed class Fields
{
    private const string Needed = "This field is needed.";
    private readonly List<FieldProblem> _faults = [];

    public ProblemResult? Problem => _faults.Count == 0 ? null : Problems.Invalid(_faults);

    public TicketId Ticket(string field, string? text) =>
        TicketId.TryParse(text, out var id) ? id : Fault<TicketId>(field, "A ticket id is 1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit.");

    public ClusterId Cluster(string field, string? text) =>
        ClusterId.TryParse(text, out var id) ? id : Fault<ClusterId>(field, "A cluster id is 1 to 63 of a-z 0-9 -, a letter or digit at both ends.");

    public RequestId Request(string field, string? text) =>
        RequestId.TryParse(text, out var id) ? id : Fault<RequestId>(field, "A request id is 26 of a-z 2-7.");

    public Person Person(string field, string? text) =>
        text is not null && text.All(c => c is > ' ' and <= '~') && Lifecycle.Person.TryParse(text, out var person)
            ? person
            : Fault<Person>(field, "A person is objectId@issuer in visible ASCII, as in their tokens.");

    /// <summary>Words of people: trimmed, line breaks as <c>\n</c>, nothing that hides or reorders what a reader sees.</summary>
    public string Text(string field, string? text, int longest = TextRules.Longest)
    {
        if (text is null)
            return Fault<string>(field, Needed);
        var clean = TextRules.Clean(text);
        return clean.Length >= 1 && clean.Length <= longest && TextRules.IsPlain(clean)
            ? clean
            : Fault<string>(field, $"1 to {longest} characters, without control characters (line breaks and tabs are fine), direction overrides or broken characters.");
    }

    public TimeSpan Duration(string field, string? text) =>
        text is null ? Fault<TimeSpan>(field, Needed)
        : Iso8601.TryParse(text, out var duration) ? duration
        : Fault<TimeSpan>(field, "Give an ISO 8601 duration without years and months, for example PT20S, PT2H or P1D.");

    public DateTimeOffset? Time(string field, string? text)
    {
        if (text is null)
            return null;
        // RFC 3339 wants the offset; without it a time would mean the server's zone.
        string[] forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        return text.Length is >= 20 and <= 35 && (text[^1] == 'Z' || text[^6] is '+' or '-')
            && DateTimeOffset.TryParseExact(text, forms, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : Fault<DateTimeOffset?>(field, "Give an RFC 3339 time with offset, for example 2026-03-02T09:00:00Z.");
    }

    public Scope Scope(string field, ScopeView? scope) => scope switch
    {
        null => Fault<Scope>(field, Needed),
        { Kind: null } => Fault<Scope>($"{field}.kind", "Cluster or Namespace."),
        { Kind: ScopeKind.Cluster, Namespace: null } => new Scope.Cluster(),
        { Kind: ScopeKind.Cluster } => Fault<Scope>($"{field}.namespace", "Leave it out with kind Cluster."),
        _ when DnsLabel.IsValid(scope.Namespace) => new Scope.Namespace(scope.Namespace),
        _ => Fault<Scope>($"{field}.namespace", "A namespace is 1 to 63 of a-z 0-9 -, a letter or digit at both ends."),
    };

    public PauseScope PauseScope(OperationForm form)
    {
        const string exactlyOne = "Give exactly one of clusterId, customer and \"all\": true.";
        return (form.ClusterId, form.Customer, form.All) switch
        {
            ({ } id, null, null) => new PauseScope.OfCluster(Cluster("clusterId", id)),
            (null, { } customer, null) => new PauseScope.OfCustomer(Text("customer", customer, 256)),
            (null, null, true) => new PauseScope.Everything(),
            (null, null, false) => Fault<PauseScope>("all", exactlyOne),
            (null, null, null) => Fault<PauseScope>("clusterId", exactlyOne),
            _ => Fault<PauseScope>(form.ClusterId is null ? "customer" : "clusterId", exactlyOne),
        };
    }

    public IReadOnlyList<T> Each<T>(string field, IReadOnlyList<string>? texts, int most, Func<string, string, T> read)
    {
        if (texts is null)
            return Fault<IReadOnlyList<T>>(field, Needed);
        if (texts.Count > most)
            return Fault<IReadOnlyList<T>>(field, $"At most {most}.");
        var values = texts.Select((text, i) => read($"{field}[{i}]", text)).ToList();
        if (values.Distinct().Count() < values.Count)
            return Fault<IReadOnlyList<T>>(field, "Each once.");
        return values;
    }

    public T Needs<T>(string field, T? value)
        where T : struct => value ?? Fault<T>(field, Needed);

    public T Fault<T>(string field, string remedy)
    {
        _faults.Add(new FieldProblem { Field = field, Remedy = remedy });
        return default!;
    }
}
