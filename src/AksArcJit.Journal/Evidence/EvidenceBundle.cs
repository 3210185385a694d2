using System.Buffers;
using System.Reflection;
using System.Security.Cryptography;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.Journal.Timelines;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Journal.Evidence;

/// <summary>
/// The files of a bundle, in order, made from <see cref="EvidenceSources"/> and nothing else: no clock, no network. A verifier makes them
/// anew and compares, so that no derived file can say what the facts do not.
/// </summary>
public static class EvidenceBundle
{
    /// <summary>This build, as the bundle names its writer.</summary>
    public static string Writer { get; } =
        typeof(EvidenceBundle).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <returns>The last is the end marker, <c>SHA256SUMS</c>.</returns>
    /// <exception cref="UnknownFactException">A fact is a newer version's.</exception>
    /// <exception cref="FormatException">A chain is not one that its stream could have.</exception>
    public static IReadOnlyList<BundleEntry> Entries(EvidenceSources sources) => Entries(sources, Writer);

    internal static IReadOnlyList<BundleEntry> Entries(EvidenceSources sources, string writer)
    {
        var texts = Texts.English;
        var ticketFacts = TicketFacts(sources.Ticket);
        var ticket = ticketFacts.Aggregate((Ticket?)null, (known, fact) => TicketDecider.Apply(known, fact.Fact));
        var ticketTimes = TicketTime.Of([.. ticketFacts.Select(fact => (fact.Fact, fact.Record.At))]);
        var requests = sources.Requests.Select(stream =>
        {
            var request = RequestCase.Of(stream.Stream.Request ?? throw new FormatException($"{stream.Stream} is no request"), stream.Records);
            return (Case: request, Report: new RequestReport(request, stream, ticket, ticketTimes, sources.Checkpoint, writer, texts), Stream: stream);
        }).ToList();

        var report = sources.Subject is EvidenceSubject.OfTicket
            ? new TicketReport(sources, ticket, ticketFacts, requests, writer, texts).ToString()
            : requests.Single().Report.ToString();
        List<BundleEntry> entries =
        [
            BundleEntry.Of(BundleNames.Readme, texts.Readme(sources.Subject, sources.Checkpoint is not null)),
            BundleEntry.Of(BundleNames.Report, report),
            new(BundleNames.Bundle, BundleDocuments.Bundle(sources, writer, NewestOf(sources), sources.LeftOut.Select(leftOut => Wording.Plain(texts.LeftOut(leftOut.Request, leftOut.Why))).Concat(requests.SelectMany(request => Says(request, sources, texts))))),
            .. sources.Checkpoint is { } checkpoint ? Signed(checkpoint) : [],
            .. Stream(sources.Ticket),
            .. ticket is null ? Array.Empty<BundleEntry>() : [new(BundleNames.Ticket + BundleNames.TicketState, BundleDocuments.Ticket(ticket))],
            .. requests.SelectMany(request => OfRequest(request, sources.Subject is EvidenceSubject.OfTicket)),
        ];
        return [.. entries, BundleEntry.Of(BundleNames.End, Sums(entries))];
    }

    /// <summary>The newest fact's time, UTC: what entries are dated by.</summary>
    public static DateTimeOffset NewestOf(EvidenceSources sources) =>
        sources.Requests.Append(sources.Ticket).SelectMany(stream => stream.Records).Select(record => record.At).DefaultIfEmpty().Max();

    /// <summary>As sha256sum writes and checks them.</summary>
    private static string Sums(IEnumerable<BundleEntry> entries) =>
        string.Concat(entries.Select(entry => $"{Convert.ToHexStringLower(SHA256.HashData(entry.Content.Span))}  {entry.Name}\n"));

    private static IReadOnlyList<(FactRecord Record, TicketFact Fact)> TicketFacts(ProvenStream ticket) =>
    [
        .. ticket.Records.Select(record => (record, FactText.Decode(record.Kind, record.Payload.Span) as TicketFact
            ?? throw new FormatException($"version {record.Version}, a {record.Kind}, is no fact of a ticket"))),
    ];

    private static IEnumerable<string> Says((RequestCase Case, RequestReport Report, ProvenStream Stream) request, EvidenceSources sources, Texts texts) =>
        new[] { request.Report.Headline, ReportPage.Coverage(request.Stream, sources.Checkpoint, texts) }.Select(sentence => $"{request.Case.Id}: {Wording.Plain(sentence)}");

    private static IEnumerable<BundleEntry> Signed(SignedCheckpoint checkpoint)
    {
        using var key = CheckpointKey.Of(checkpoint.Checkpoint.PublicKey.Span);
        return
        [
            new(BundleNames.Checkpoint, checkpoint.Body),
            new(BundleNames.Signature, DerSignature.Of(checkpoint.Signature.Span)),
            BundleEntry.Of(BundleNames.Key, key.ToPem() + "\n"),
        ];
    }

    private static IEnumerable<BundleEntry> OfRequest((RequestCase Case, RequestReport Report, ProvenStream Stream) request, bool withReport)
    {
        var folder = BundleNames.Folder(request.Stream.Stream);
        return
        [
            .. withReport ? [BundleEntry.Of(folder + BundleNames.Report, request.Report.ToString())] : Array.Empty<BundleEntry>(),
            .. Stream(request.Stream),
            new(folder + BundleNames.Terms, BundleDocuments.Terms(request.Case)),
            new(folder + BundleNames.Role, BundleDocuments.Role(request.Case)),
            new(folder + BundleNames.Probes, BundleDocuments.Probes(request.Case)),
        ];
    }

    private static IEnumerable<BundleEntry> Stream(ProvenStream stream)
    {
        var folder = BundleNames.Folder(stream.Stream);
        if (stream.Records.Count > 0)
            yield return new BundleEntry(folder + BundleNames.Facts, Lines(stream.Records));
        if (stream.Proof is { } proof)
            yield return new BundleEntry(folder + BundleNames.Proof, BundleDocuments.Proof(proof));
    }

    private static ReadOnlyMemory<byte> Lines(IReadOnlyList<FactRecord> records)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var record in records)
            ExportText.Write(lines, new JournalRow.Fact(record));
        return lines.WrittenMemory;
    }
}
