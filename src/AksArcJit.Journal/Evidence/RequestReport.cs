using AksArcJit.Journal.Timelines;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using static AksArcJit.Journal.Evidence.ReportPage;
using static AksArcJit.Lifecycle.Requests.RequestFact;

namespace AksArcJit.Journal.Evidence;

/// <summary>
/// A request for somebody who has never seen the product: one HTML file without script or outside resource, for screen and paper. Every word
/// follows from the facts and the proof, so that the same sources make the same bytes.
/// </summary>
internal sealed class RequestReport(
    RequestCase request, ProvenStream stream, Ticket? ticket, IReadOnlyList<TicketTime> ticketTimes, Checkpoints.SignedCheckpoint? checkpoint, string writer, Texts texts)
{
    private const string Missing = "–";

    private (FactRecord Record, Granted Fact)? Granted { get; } = request.Last<Granted>();

    private (FactRecord Record, AccessGone Fact)? Gone { get; } = request.Closed is null ? null : request.Last<AccessGone>();

    private (FactRecord Record, GoneByWord Fact)? Word { get; } = request.Closed is null ? null : request.Last<GoneByWord>();

    /// <summary>The last way of ending: a request may have been closed by word, and proven gone later.</summary>
    private bool IsOnWord => Word is { } word && (Gone is not { } gone || gone.Record.Version < word.Record.Version);

    private Terms Terms => request.State.Terms;

    public override string ToString() => Of(
        texts,
        $"{texts.RequestTitle(request.Request.EngineerName, Terms.Cluster)}",
        $"{texts.RequestLead(request.Id, request.Request.Ticket, request.Request.Customer)}",
        Html.Join([Verdict(), Glance(), Picture(), Consent(), Role(), Cluster(), Proof(stream, checkpoint, texts), Facts(), Limits()]),
        writer,
        request.Id.Text);

    /// <summary>Where it stands, in one sentence.</summary>
    public FormattableString Headline => texts.Headline(request.State, Granted is not null, IsOnWord, Gone?.Fact.Residual.Count ?? 0);

    public Tone Tone => request.Closed is null || IsOnWord ? Tone.Bad : Gone is { Fact.Residual.Count: > 0 } || stream.Proof is null ? Tone.Care : Tone.Good;

    private Html Verdict() => $"""
        <section class="verdict {Style(Tone)}">
        <strong>{Headline}</strong>
        <p>{Coverage(stream, checkpoint, texts)}</p>
        <p class="quiet">{texts.AsOf(request.Newest.At)}</p>
        </section>

        """;

    private Html Glance() => $"""
        <section>
        <h2>{texts.GlanceHeading}</h2>
        <dl>
        {Row(texts.Engineer, Engineer())}{Row(texts.Why, $"<span class=\"written\"><bdi>{request.Request.Justification}</bdi></span>")}{Row(texts.Ticket, TicketLines())}{(ticketTimes.Count > 0 ? Row(texts.TicketActive, Lines([.. ticketTimes.Select(time => (Html)$"{texts.TicketActiveBetween(time.From, time.Until)}")])) : Html.Empty)}{Row(texts.Customer, $"<bdi>{request.Request.Customer}</bdi>")}{Row(texts.Where, $"{texts.Scope(Terms.Cluster, Terms.Scope)}")}{Row(texts.What, $"{texts.Role(Terms.Role)}")}{Row(texts.Window, Window())}{Row(texts.Possible, Possible())}{(request.Closed is { } closed ? Row(texts.HowItEnded, HowItEnded(closed)) : Html.Empty)}</dl>
        </section>

        """;

    private Html Engineer() => Lines(
        $"<strong><bdi>{request.Request.EngineerName}</bdi></strong>",
        $"{texts.PersonId} <code>{Terms.Engineer.ToString()}</code>",
        $"{texts.KnownAs} <code>{Terms.Subject}</code>");

    private Html TicketLines() => Lines(
        $"<bdi>{request.Request.Ticket.Text}</bdi>",
        ticket is null ? (Html)$"{texts.TicketUnknown}" : $"{texts.TicketStands(ticket.Title, ticket.Severity, ticket.Status == TicketStatus.Active)}");

    private Html Window() => Lines(
    [
        (Html)$"{texts.AskedFor(request.Request.Terms.Duration, request.Request.RequestedAt)}",
        .. request.Consents.Count > 0 ? [(Html)$"{texts.ConsentedTo(Terms.Duration)}"] : Array.Empty<Html>(),
        .. Granted is { } granted ? [(Html)$"{texts.InForce(granted.Record.At, granted.Fact.ExpiresAt)}"] : Array.Empty<Html>(),
    ]);

    private Html Possible() => PossibleBetween is { } between ? (Html)$"{texts.PossibleBetween(between.From, between.Until)}" : $"{texts.PossibleNever}";

    private (DateTimeOffset From, DateTimeOffset? Until)? PossibleBetween
    {
        get
        {
            var first = request.Facts.FirstOrDefault(fact => fact.Fact is GrantIntended).Record;
            return first is null ? null : (first.At, Gone is { } gone && !IsOnWord ? gone.Record.At : null);
        }
    }

    private Html HowItEnded(RequestState.Closed closed) => Lines(
    [
        (Html)$"{texts.Cause(closed.Outcome)}",
        .. request.Last<RevocationStarted>() is { } started
            ? [(Html)$"{texts.EndBegan(started.Record.At, started.Fact.By is { } by ? request.NameOf(by) : "")}"] : Array.Empty<Html>(),
        .. IsOnWord && Word is { } word ? [(Html)$"{texts.OnWord(request.NameOf(word.Fact.Operator), word.Record.At, word.Fact.Reason)}"] : Array.Empty<Html>(),
    ]);

    // On a phone the picture is wider than the screen, and the words below it say the same.
    private Html Picture() => $"""
        <section>
        <h2>{texts.TimelineTitle}</h2>
        <figure>{TimelinePicture.Svg(request.Timeline, ticketTimes, $"t-{request.Id}", texts)}</figure>
        <div class="inwords">{List(TimelinePicture.Lines(request.Timeline, ticketTimes, texts).Select(line => (Html)$"{line}"))}</div>
        </section>

        """;

    private Html Consent()
    {
        var refused = request.Last<ConsentRefused>() is { } no
            ? (Html)$"<h3>{texts.Refused(request.NameOf(no.Fact.Approver), no.Record.At)}</h3>\n{Comment(no.Fact.Comment)}"
            : Html.Empty;
        var given = request.Consents.Count == 0
            ? (Html)$"<p>{texts.ConsentNone}</p>\n"
            : $"<p class=\"quiet\">{texts.ConsentIntro}</p>\n{Html.Join(request.Consents.Select(Consent))}";
        return $"""
            <section>
            <h2>{texts.ConsentHeading}</h2>
            <p>{texts.Needed(request.Request.Quorum, request.Request.Approvers.Count)}</p>
            {given}{refused}</section>

            """;
    }

    private Html Consent(ShownConsent consent)
    {
        var (shown, agreed) = (consent.Shown, consent.Given.Terms);
        var doubt = consent.IsSound ? Html.Empty : (Html)$"<p class=\"warn\"><strong>{texts.ConsentUnsound}</strong></p>\n";
        return $"""
            <h3>{texts.Consented(request.NameOf(consent.Given.Approver), consent.Record.At)}</h3>
            <p class="small quiet">{texts.PersonId} <code>{consent.Given.Approver.ToString()}</code></p>
            {Comment(consent.Given.Comment)}{doubt}<table>
            <thead><tr><th>{texts.Terms}</th><th>{texts.Shown}</th><th>{texts.Agreed}</th></tr></thead>
            <tbody>
            {Term(texts.TermEngineer, shown.Engineer.ToString(), agreed.Engineer.ToString())}{Term(texts.TermSubject, shown.Subject, agreed.Subject)}{Term(texts.TermCluster, shown.Cluster.Text, agreed.Cluster.Text)}{Term(texts.TermRole, shown.Role, agreed.Role)}{Term(texts.TermScope, shown.Scope.Text, agreed.Scope.Text)}{Term(texts.TermStart, Start(shown), Start(agreed))}{Term(texts.TermDuration, Wording.Span(shown.Duration), Wording.Span(agreed.Duration))}{Term(texts.TermRules, shown.RulesHash, agreed.RulesHash, "hash")}{Term(texts.TermHash, consent.Given.ShownTermsHash, agreed.Hash(), "hash")}</tbody>
            </table>

            """;
    }

    private Html Comment(string comment) => comment.Length == 0 ? Html.Empty : $"<p>{texts.Comment}: <span class=\"written\"><bdi>{comment}</bdi></span></p>\n";

    private Html Term(string label, string shown, string agreed, string style = "") =>
        $"<tr><th scope=\"row\">{label}</th><td class=\"{style}\"><bdi>{shown}</bdi></td><td class=\"{style}\">{(shown == agreed ? (Html)$"<span class=\"quiet\">{texts.Same}</span>" : (Html)$"<strong><bdi>{agreed}</bdi></strong>")}</td></tr>\n";

    private string Start(Terms terms) => terms.StartAt is { } start ? Wording.Time(start) : texts.AtConsent;

    private Html Role()
    {
        var role = request.Rules.LastOrDefault(then => then.Occasion != RulesOccasion.Change && then.Rules is not null)?.Rules;
        var within = Terms.Scope is Scope.Namespace one ? (Html)$"<p>{texts.RoleWithin(one.Name)}</p>\n" : Html.Empty;
        return $"""
            <section>
            <h2>{texts.RoleHeading}</h2>
            <p class="quiet">{texts.RoleIntro(Terms.Role)}</p>
            {within}{(role is null ? (Html)$"<p class=\"warn\">{texts.RoleUnrecorded}</p>\n" : Sentences(role))}<h3>{texts.RulesTable}</h3>
            <table class="steps"><tbody>
            {Html.Join(request.Rules.Select(then => (Html)$"<tr><th scope=\"row\">{texts.Name(then.Occasion)}</th><td class=\"when\">{then.Record.At}</td><td class=\"hash\">{then.Hash}</td></tr>\n"))}</tbody></table>
            {(role is null ? Html.Empty : Exact(role))}{Html.Join(request.Rules.Where(then => then.Occasion == RulesOccasion.Change).Select(Changed))}</section>

            """;
    }

    private Html Changed(RulesThen then) => $"""
        <h3>{texts.RoleChanged(then.Record.At)}</h3>
        {(then.Rules is { } role ? Html.Join([Sentences(role), Exact(role)]) : (Html)$"<p class=\"warn\">{texts.RoleUnrecorded}</p>\n")}
        """;

    private Html Sentences(RoleRules role)
    {
        var findings = RoleGuard.Sentences(role);
        var dangers = findings.Count == 0 ? Html.Empty : (Html)$"<h3>{texts.RoleDangers}</h3>\n{List(findings.Select(sentence => (Html)$"<strong>{sentence}</strong>"))}";
        return $"<h3>{texts.RoleSentences}</h3>\n{List(RoleExplanation.Of(role).Select(ability => (Html)$"{ability.Sentence}"))}{dangers}";
    }

    private Html Exact(RoleRules role) => $"""
        <h3>{texts.RoleExact}</h3>
        <table>
        <thead><tr><th>{texts.RuleVerbs}</th><th>{texts.RuleGroups}</th><th>{texts.RuleResources}</th><th>{texts.RuleNames}</th></tr></thead>
        <tbody>
        {Html.Join(role.Rules.Select(Rule))}</tbody>
        </table>

        """;

    private Html Rule(PolicyRule rule) =>
        $"<tr><td>{Words(rule.Verbs)}</td><td>{Words(rule.ApiGroups.Select(group => group.Length == 0 ? texts.CoreGroup : group))}</td><td>{Words(rule.Resources.Concat(rule.NonResourceUrls))}</td><td>{Words(rule.ResourceNames)}</td></tr>\n";

    private static string Words(IEnumerable<string> words) => string.Join(", ", words) is { Length: > 0 } text ? text : Missing;

    private Html Cluster()
    {
        var transcripts = request.Transcripts.ToList();
        var columns = new[] { transcripts.FirstOrDefault(one => one.Record.Kind == nameof(RequestFact.Granted)), transcripts.LastOrDefault(one => one.Record.Kind != nameof(RequestFact.Granted)) }
            .OfType<ProbeTranscript>().ToList();
        return columns.Count == 0
            ? (Html)$"<section>\n<h2>{texts.ClusterHeading}</h2>\n<p>{texts.ClusterNone}</p>\n</section>\n"
            : $"""
                <section>
                <h2>{texts.ClusterHeading}</h2>
                <p class="quiet">{texts.ClusterIntro}</p>
                <table class="answers">
                <thead><tr><th>{texts.Question}</th>{Html.Join(columns.Select(column => (Html)$"<th>{texts.AnswerColumn(column.Record.Kind, column.Record.At)}</th>"))}</tr></thead>
                <tbody>
                {Html.Join(columns.SelectMany(column => column.Answers).Select(answer => answer.Probe).Distinct().Select(probe => Answers(probe, columns)))}</tbody>
                </table>
                <h3>{texts.ResidualHeading}</h3>
                {Residual()}</section>

                """;
    }

    private Html Answers(Probe probe, IReadOnlyList<ProbeTranscript> columns) =>
        $"<tr><td>{probe.ToString()}</td>{Html.Join(columns.Select(column => Answer(column, column.Answers.FirstOrDefault(answer => answer.Probe == probe))))}</tr>\n";

    // On a phone the columns stand below each other, each with its heading.
    private Html Answer(ProbeTranscript column, ProbeAnswer? answer) => answer is null
        ? (Html)$"<td class=\"quiet\" data-column=\"{Wording.Plain(texts.AnswerColumn(column.Record.Kind, column.Record.At))}\">{texts.NotAsked}</td>"
        : $"<td class=\"answer\" data-column=\"{Wording.Plain(texts.AnswerColumn(column.Record.Kind, column.Record.At))}\">{(answer.Allowed ? texts.Allowed : texts.Denied)}<small>{answer.Reason}</small></td>";

    private Html Residual() => Gone is not { } gone || IsOnWord
        ? (Html)$"<p class=\"warn\"><strong>{texts.ResidualUnknown}</strong></p>\n"
        : gone.Fact.Residual.Count == 0
            ? (Html)$"<p>{texts.ResidualNone}</p>\n"
            : Html.Join(
            [
                Residual(gone.Fact.Residual.Where(answer => OtherGrant(answer) is null), texts.ResidualIntro, texts.Residual),
                Residual(gone.Fact.Residual.Where(answer => OtherGrant(answer) is not null), texts.ResidualIntroOfGrants, answer => texts.ResidualOfGrant(answer, OtherGrant(answer)!)),
            ]);

    private static Html Residual(IEnumerable<ProbeAnswer> answers, string intro, Func<ProbeAnswer, FormattableString> say) => answers.Any()
        ? (Html)$"<p class=\"warn\">{intro}</p>\n{List(answers.Select(answer => (Html)$"{say(answer)}"))}"
        : Html.Empty;

    // A binding of this request's name elsewhere is no grant of the broker's: a request is bound in one place.
    private RequestId? OtherGrant(ProbeAnswer answer) => answer.AllowedBy?.Request is { } other && other != request.Id ? other : null;

    private Html Facts() => ReportPage.Facts(
        texts.FactsHeading, request.Facts.Select(fact => (fact.Record, FactSummary.Of(fact.Fact, fact.Record.At, request.NameOf))), texts);

    private Html Limits()
    {
        var between = PossibleBetween;
        return $"""
            <section>
            <h2>{texts.LimitsHeading}</h2>
            {List([$"{texts.LimitSessions}", $"{texts.LimitCommands(Terms.Subject, between?.From, between?.Until)}", $"{(request.Request.GuardInstalled ? texts.LimitGuarded : texts.LimitUnguarded)}"])}</section>

            """;
    }
}
