using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;
using static AksArcJit.Journal.Evidence.ReportPage;

namespace AksArcJit.Journal.Evidence;

/// <summary>All access under one ticket: a page to start from, with a report for each request beside it.</summary>
internal sealed class TicketReport(
    EvidenceSources sources, Ticket? ticket, IReadOnlyList<(FactRecord Record, TicketFact Fact)> facts,
    IReadOnlyList<(RequestCase Case, RequestReport Report, ProvenStream Stream)> requests, string writer, Texts texts)
{
    public override string ToString() => Of(
        texts,
        $"{texts.TicketTitle(sources.TicketId)}",
        ticket is null ? (Html)$"{texts.TicketUnknown}" : $"{texts.TicketLead(ticket.Title, ticket.Customer)}",
        Html.Join([Verdict(), LeftOut(), Requests(), Ticket()]),
        writer,
        sources.TicketId.Text);

    private Html Verdict()
    {
        var open = requests.Count(request => request.Case.Closed is null);
        return $"""
            <section class="verdict {Style(sources.LeftOut.Count > 0 ? Tone.Bad : requests.Select(request => request.Report.Tone).DefaultIfEmpty().Max())}">
            <strong>{texts.TicketHeadline(requests.Count + sources.LeftOut.Count, open + sources.LeftOut.Count)}</strong>
            <p>{texts.TicketComplete}</p>
            </section>

            """;
    }

    private Html LeftOut() => sources.LeftOut.Count == 0 ? Html.Empty : $"""
        <section class="verdict {Style(Tone.Bad)}">
        {Html.Join(sources.LeftOut.Select(leftOut => (Html)$"<p>{texts.LeftOut(leftOut.Request, leftOut.Why)}</p>\n"))}</section>

        """;

    private Html Requests() => requests.Count == 0 ? Html.Empty : $"""
        <section>
        <h2>{texts.RequestsHeading}</h2>
        <table>
        <thead><tr><th>{texts.ColumnRequest}</th><th>{texts.ColumnInForce}</th><th>{texts.ColumnOutcome}</th><th>{texts.ColumnProof}</th></tr></thead>
        <tbody>
        {Html.Join(requests.Select(request => Row(request.Case, request.Report, request.Stream)))}</tbody>
        </table>
        </section>

        """;

    private Html Row(RequestCase request, RequestReport report, ProvenStream stream)
    {
        var granted = request.Last<RequestFact.Granted>();
        var inForce = granted is { } access ? (Html)$"{access.Record.At}<br>{Wording.Span(request.State.Terms.Duration)}" : $"{texts.NeverInForce}";
        return $"""
            <tr><td><bdi>{request.Request.EngineerName}</bdi><br><a class="hash" href="{BundleNames.Folder(stream.Stream)}{BundleNames.Report}">{request.Id.Text}</a></td><td>{inForce}</td><td>{report.Headline}</td><td>{Coverage(stream)}</td></tr>

            """;
    }

    private FormattableString Coverage(ProvenStream stream) => stream.Proof switch
    {
        null => $"{texts.ProofShortNone}",
        var proof when proof.Leaf.Version >= stream.Version => $"{texts.ProofShortWhole}",
        var proof => texts.ProofShortPartly(proof.Leaf.Version),
    };

    private Html Ticket() => facts.Count == 0
        ? Html.Empty
        : Html.Join(
        [
            Proof(sources.Ticket, sources.Checkpoint, texts),
            Facts(texts.TicketFactsHeading, facts.Select(fact => (fact.Record, FactSummary.Of(fact.Fact, fact.Record.At))), texts),
        ]);
}
