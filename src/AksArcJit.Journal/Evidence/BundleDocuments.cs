using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Journal.Evidence;

/// <summary>What a bundle says of itself.</summary>
internal sealed record BundleHead(string Writer, EvidenceSubject Subject, TicketId Ticket, IReadOnlyList<RequestId> Requests, IReadOnlyList<LeftOut> LeftOut);

/// <summary>The JSON files of a bundle: indented, in UTF-8, spelled as facts are. The same sources make the same bytes.</summary>
internal static class BundleDocuments
{
    public const string Format = "aksarcjit-evidence/1";

    private static readonly JsonWriterOptions Writing = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>What each approver was shown and agreed to. <c>shownText</c> is what <c>shownTermsHash</c> hashes.</summary>
    public static byte[] Terms(RequestCase request) => Array(request.Consents, (json, consent) =>
    {
        json.WriteString("approver", request.NameOf(consent.Given.Approver));
        Value(json, "person", consent.Given.Approver, FactText.Json.Person);
        Fact(json, consent.Record);
        json.WriteString("comment", consent.Given.Comment);
        Value(json, "shown", consent.Shown, FactText.Json.Terms);
        json.WriteString("shownText", consent.Shown.CanonicalText());
        json.WriteString("shownTermsHash", consent.Given.ShownTermsHash);
        Value(json, "agreed", consent.Given.Terms, FactText.Json.Terms);
        json.WriteString("agreedText", consent.Given.Terms.CanonicalText());
        json.WriteString("agreedTermsHash", consent.Given.Terms.Hash());
    });

    /// <summary>The role's rules at each step; <c>text</c> is what <c>hash</c> hashes. Without rules where no fact holds them.</summary>
    public static byte[] Role(RequestCase request) => Array(request.Rules, (json, then) =>
    {
        json.WriteString("occasion", then.Occasion switch
        {
            RulesOccasion.Asked => "asked",
            RulesOccasion.Consent => "consent",
            RulesOccasion.Grant => "grant",
            RulesOccasion.Change => "change",
            _ => throw new ArgumentOutOfRangeException(nameof(request)),
        });
        Fact(json, then.Record);
        json.WriteString("hash", then.Hash);
        if (then.Rules is not { } role)
            return;
        json.WriteString("text", role.CanonicalText);
        json.WriteStartArray("rules");
        foreach (var rule in role.Rules)
            JsonSerializer.Serialize(json, rule, FactText.Json.PolicyRule);
        json.WriteEndArray();
    });

    public static byte[] Probes(RequestCase request) => Array(request.Transcripts, (json, transcript) =>
    {
        json.WriteString("occasion", transcript.Record.Kind switch
        {
            nameof(RequestFact.Granted) => "in force",
            nameof(RequestFact.AccessGone) => "after removal",
            _ => "removal not confirmed",
        });
        Fact(json, transcript.Record);
        Answers("answers", transcript.Answers);
        Answers("residual", transcript.Residual);

        void Answers(string name, IReadOnlyList<Lifecycle.Roles.ProbeAnswer> answers)
        {
            json.WriteStartArray(name);
            foreach (var answer in answers)
                JsonSerializer.Serialize(json, answer, FactText.Json.ProbeAnswer);
            json.WriteEndArray();
        }
    });

    public static byte[] Ticket(Ticket ticket) => Text(json => JsonSerializer.Serialize(json, ticket, FactText.Json.Ticket));

    public static byte[] Proof(StreamProof proof) => Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("stream", proof.Leaf.Stream.Text);
        json.WriteNumber("version", proof.Leaf.Version);
        json.WriteString("headHash", proof.Leaf.HeadHash);
        json.WriteNumber("leafIndex", proof.Proof.LeafIndex);
        json.WriteNumber("treeSize", proof.Proof.TreeSize);
        json.WriteStartArray("path");
        foreach (var hash in proof.Proof.Path)
            json.WriteStringValue(hash.ToString());
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <exception cref="FormatException">The text is no proof.</exception>
    public static StreamProof ReadProof(ReadOnlyMemory<byte> text) => Read(text, json => new StreamProof(
        new CheckpointLeaf(StreamId.Parse(String(json, "stream")), json.GetProperty("version").GetInt64(), String(json, "headHash")),
        new InclusionProof(json.GetProperty("leafIndex").GetInt64(), json.GetProperty("treeSize").GetInt64(),
            [.. json.GetProperty("path").EnumerateArray().Select(hash => MerkleHash.Parse(hash.GetString() ?? ""))])));

    /// <param name="says">What a reader must know first, in sentences.</param>
    public static byte[] Bundle(EvidenceSources sources, string writer, DateTimeOffset recordedUntil, IEnumerable<string> says) => Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("writer", writer);
        json.WriteString(sources.Subject is EvidenceSubject.OfTicket ? "ticketBundle" : "requestBundle",
            sources.Subject is EvidenceSubject.OfRequest { Id: var id } ? id.Text : sources.TicketId.Text);
        json.WriteString("ticket", sources.TicketId.Text);
        json.WriteStartArray("requests");
        foreach (var request in sources.Requests)
            json.WriteStringValue(request.Stream.Text);
        json.WriteEndArray();
        if (sources.LeftOut.Count > 0)
        {
            json.WriteStartObject("leftOut");
            foreach (var leftOut in sources.LeftOut)
                json.WriteString(leftOut.Request.Text, leftOut.Why);
            json.WriteEndObject();
        }
        json.WriteString("recordedUntil", recordedUntil.UtcDateTime);
        json.WriteStartArray("says");
        foreach (var sentence in says)
            json.WriteStringValue(sentence);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <exception cref="FormatException">The text is no <c>bundle.json</c> of this format.</exception>
    public static BundleHead ReadBundle(ReadOnlyMemory<byte> text) => Read(text, json =>
        String(json, "format") is not Format and var other
            ? throw new FormatException($"its format is '{VisibleText.Plain(other)}', and this reads {Format}")
            : new BundleHead(
                String(json, "writer"),
                json.TryGetProperty("ticketBundle", out _)
                    ? new EvidenceSubject.OfTicket(TicketId.Parse(String(json, "ticketBundle")))
                    : new EvidenceSubject.OfRequest(RequestId.Parse(String(json, "requestBundle"))),
                TicketId.Parse(String(json, "ticket")),
                [.. json.GetProperty("requests").EnumerateArray().Select(id => RequestId.Parse(id.GetString() ?? ""))],
                json.TryGetProperty("leftOut", out var leftOut)
                    ? [.. leftOut.EnumerateObject().Select(one => new LeftOut(RequestId.Parse(one.Name), one.Value.GetString() ?? ""))]
                    : []));

    private static byte[] Array<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => Text(json =>
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static void Fact(Utf8JsonWriter json, FactRecord record)
    {
        json.WriteNumber("version", record.Version);
        json.WriteString("at", record.At.UtcDateTime);
    }

    private static void Value<T>(Utf8JsonWriter json, string name, T value, JsonTypeInfo<T> type)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value, type);
    }

    private static byte[] Text(Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Writing))
            write(json);
        text.WriteByte((byte)'\n');
        return text.ToArray();
    }

    private static T Read<T>(ReadOnlyMemory<byte> text, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException(fault.Message, fault);
        }
    }

    private static string String(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException($"it has no {name}");
}
