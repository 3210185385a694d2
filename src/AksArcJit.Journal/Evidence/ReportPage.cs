using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Journal.Evidence;

/// <summary>How much a report asks of its reader; told in words too, never by colour alone.</summary>
internal enum Tone
{
    Good,
    /// <summary>Something is left: access by others, or a chain that no checkpoint covers.</summary>
    Care,
    /// <summary>Not finished, or not confirmed.</summary>
    Bad,
}

/// <summary>What the reports of requests and of tickets have in common.</summary>
internal static class ReportPage
{
    // Should encoding ever fail, nothing would run or be fetched all the same.
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'";

    public static string Of(Texts texts, Html title, Html lead, Html body, string writer, string subject) => ((Html)$"""
        <!DOCTYPE html>
        <html lang="{texts.Language}">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="{Html.Raw(Policy)}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{texts.ReportKicker}: {subject}</title>
        <style>{Html.Raw(ReportStyle.Css)}</style>
        </head>
        <body>
        <header>
        <p class="kicker">{texts.ReportKicker}</p>
        <h1>{title}</h1>
        <p class="quiet">{lead}</p>
        </header>
        <main>
        {body}</main>
        <footer>{texts.Footer(writer, subject)}</footer>
        </body>
        </html>

        """).ToString();

    public static string Style(Tone tone) => tone switch
    {
        Tone.Good => "good",
        Tone.Care => "care",
        Tone.Bad => "bad",
        _ => throw new ArgumentOutOfRangeException(nameof(tone)),
    };

    public static Html Row(string label, Html value) => $"<div><dt>{label}</dt><dd>{value}</dd></div>\n";

    public static Html Lines(params Html[] lines) => Html.Join(lines.Select(line => (Html)$"<span>{line}</span>"));

    public static Html List(IEnumerable<Html> items) => $"<ul>\n{Html.Join(items.Select(item => (Html)$"<li>{item}</li>\n"))}</ul>\n";

    /// <summary>How far a checkpoint covers a chain, in a sentence.</summary>
    public static FormattableString Coverage(ProvenStream stream, SignedCheckpoint? checkpoint, Texts texts) => (stream.Proof, checkpoint) switch
    {
        ({ } proof, { Checkpoint: var covering }) when proof.Leaf.Version >= stream.Version => texts.ProofWhole(covering.Number, covering.At, covering.Log, stream.Version, stream.Records[^1].At),
        ({ } proof, { Checkpoint: var covering }) => texts.ProofPartly(covering.Number, covering.At, covering.Log, proof.Leaf.Version, stream.Version),
        _ => texts.ProofNone,
    };

    public static Html Proof(ProvenStream stream, SignedCheckpoint? checkpoint, Texts texts)
    {
        var key = checkpoint is null
            ? Html.Empty
            : (Html)$"{Row(texts.ProofKey, $"<code>{checkpoint.Checkpoint.KeyId}</code><span class=\"small quiet\">{texts.ProofKeyNote}</span>")}";
        return $"""
            <section>
            <h2>{texts.ProofHeading}</h2>
            <p>{texts.ProofChain}</p>
            <p class="warn">{Coverage(stream, checkpoint, texts)}</p>
            <dl>
            {Row(texts.ProofHead, $"<code>{stream.Records[^1].Hash}</code>")}{key}</dl>
            <p>{texts.ProofVerify}</p>
            </section>

            """;
    }

    /// <param name="facts">Each with its sentence.</param>
    public static Html Facts(string heading, IEnumerable<(FactRecord Record, string Sentence)> facts, Texts texts) => $"""
        <section>
        <h2>{heading}</h2>
        <p class="quiet small">{texts.FactsNote}</p>
        <table class="record">
        <thead><tr><th class="number">{texts.FactNumber}</th><th>{texts.FactTime}</th><th>{texts.FactText}</th></tr></thead>
        {Html.Join(facts.Select(fact => Fact(fact.Record, fact.Sentence, texts)))}</table>
        </section>

        """;

    private static Html Fact(FactRecord record, string sentence, Texts texts) => $"""
        <tbody>
        <tr><td class="number">{record.Version}</td><td class="when">{record.At}</td><td>{sentence}</td></tr>
        <tr><td class="hash"></td><td class="hash" colspan="2">{record.Kind} · {texts.FactHash} {record.Hash}</td></tr>
        </tbody>

        """;
}
