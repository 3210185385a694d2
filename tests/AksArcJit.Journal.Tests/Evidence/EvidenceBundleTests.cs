using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AksArcJit.Journal.Evidence;
using AksArcJit.Journal.Exports;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests.Evidence;

public class EvidenceBundleTests
{
    private const string Folder = "requests/aaaaaaaaaaaaaaaaaaaaaaiaaa/";

    [Theory]
    [MemberData(nameof(Cases.Names), MemberType = typeof(Cases))]
    public void Write_WhenTheSameSources_ThenTheSameBytes(string name)
    {
        var sources = Cases.Of(name);

        Assert.Equal(Zips.Of(sources), Zips.Of(sources with { Requests = [.. sources.Requests] }));
    }

    [Fact]
    public void Entries_WhenOfARequest_ThenAreThoseAndEndWithTheMarker() => Assert.Equal(
        [
            "README.txt", "report.html", "bundle.json", "checkpoint.json", "checkpoint.sig", "public-key.pem",
            "ticket/facts.ndjson", "ticket/proof.json", "ticket/ticket.json",
            Folder + "facts.ndjson", Folder + "proof.json", Folder + "terms.json", Folder + "role.json", Folder + "probes.json", "SHA256SUMS",
        ],
        EvidenceBundle.Entries(Cases.Of("ended")).Select(entry => entry.Name));

    [Fact]
    public void Entries_WhenOfATicket_ThenEachRequestHasAFolderWithItsReport()
    {
        var names = EvidenceBundle.Entries(Cases.TicketBundle()).Select(entry => entry.Name).ToList();

        Assert.Contains(Folder + "report.html", names);
        Assert.Contains($"requests/{Cases.Second}/report.html", names);
        Assert.Contains($"requests/{Cases.Second}/facts.ndjson", names);
    }

    [Fact]
    public void Facts_WhenReadBack_ThenAreTheRecordsWithTheirExactBytes()
    {
        var sources = Cases.Of("refused");

        var lines = Encoding.UTF8.GetString(Content(sources, Folder + "facts.ndjson").Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(
            sources.Requests[0].Records.Select(record => (record.Hash, Convert.ToHexString(record.Payload.Span))),
            lines.Select(line => ((JournalRow.Fact)((ExportLine.Row)ExportText.Read(Encoding.UTF8.GetBytes(line))).Content).Record)
                .Select(record => (record.Hash, Convert.ToHexString(record.Payload.Span))));
    }

    [Fact]
    public void Terms_WhenHashedByHand_ThenAreThoseThatWereAnswered()
    {
        using var terms = JsonDocument.Parse(Content(Cases.Of("ended"), Folder + "terms.json"));

        var consent = Assert.Single(terms.RootElement.EnumerateArray());

        Assert.Equal(Sample.Terms(Cases.First).Hash(), consent.GetProperty("shownTermsHash").GetString());
        Assert.Equal(Hash(consent, "shownText"), consent.GetProperty("shownTermsHash").GetString());
        Assert.Equal(Hash(consent, "agreedText"), consent.GetProperty("agreedTermsHash").GetString());
        Assert.Equal(("PT2H", "PT1H"), (consent.GetProperty("shown").GetProperty("duration").GetString(), consent.GetProperty("agreed").GetProperty("duration").GetString()));
    }

    [Fact]
    public void Role_WhenItChanged_ThenTellsTheRulesAtEachStep()
    {
        using var role = JsonDocument.Parse(Content(Cases.Of("changed"), Folder + "role.json"));

        var steps = role.RootElement.EnumerateArray().ToList();

        Assert.Equal(["asked", "consent", "grant", "change"], steps.Select(step => step.GetProperty("occasion").GetString()));
        Assert.Equal([2, 3, 3, 4], steps.Select(step => step.GetProperty("rules").GetArrayLength()));
        Assert.All(steps, step => Assert.Equal(Hash(step, "text"), step.GetProperty("hash").GetString()));
    }

    [Fact]
    public void Probes_WhenEnded_ThenTellAllowedDeniedAndResidual()
    {
        using var ended = JsonDocument.Parse(Content(Cases.Of("ended"), Folder + "probes.json"));
        using var residual = JsonDocument.Parse(Content(Cases.Of("residual"), Folder + "probes.json"));

        Assert.Equal([true, false], ended.RootElement.EnumerateArray().Select(step => step.GetProperty("answers")[0].GetProperty("allowed").GetBoolean()));
        Assert.Equal("aks-service-rolebinding", residual.RootElement[1].GetProperty("residual")[0].GetProperty("allowedBy").GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("active", "Not finished: access is in force until 2026-03-02 10:07:02 UTC.")]
    [InlineData("asked", "Not finished: nobody has decided yet")]
    [InlineData("ended", "the cluster itself confirmed that it is gone")]
    [InlineData("residual", "other means still allow part of what it allowed")]
    [InlineData("word", "the cluster itself never confirmed the end")]
    [InlineData("refused", "No access was given. An approver refused.")]
    public void Bundle_WhenRead_ThenSaysPlainlyWhereItStands(string name, string said)
    {
        var sources = Cases.Of(name);

        Assert.Contains(said, Text(sources, "bundle.json"), StringComparison.Ordinal);
        Assert.Contains(said, Plain(Text(sources, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Bundle_WhenNothingIsCheckpointed_ThenSaysWhatItCannotProve()
    {
        var sources = Cases.Of("ended", isProven: false);

        Assert.Contains("they cannot exclude that somebody with write access to the journal rewrote it whole", Text(sources, "bundle.json"), StringComparison.Ordinal);
        Assert.Contains("No signed checkpoint covers this chain", Text(sources, "report.html"), StringComparison.Ordinal);
        Assert.Contains("There is no checkpoint here.", Text(sources, "README.txt"), StringComparison.Ordinal);
        Assert.DoesNotContain(EvidenceBundle.Entries(sources), entry => entry.Name is "checkpoint.json" or "public-key.pem");
    }

    [Fact]
    public void Bundle_WhenTheCheckpointIsOlder_ThenSaysWhatTheChainAloneCovers() =>
        Assert.Contains("covers facts 1 to 4. Facts 5 to 6 are newer", Text(Cases.Request(Cases.All["ended"], 4), "bundle.json"), StringComparison.Ordinal);

    [Fact]
    public void Bundle_WhenTheCheckpointCoversAllShown_ThenNeverClaimsThatNothingCameLater()
    {
        var sources = Cases.CutBack(Cases.All["ended"], 4);

        Assert.All(["bundle.json", "report.html"], name =>
        {
            Assert.Contains("covers every fact shown here, up to fact 4 of", Plain(Text(sources, name)), StringComparison.Ordinal);
            Assert.Contains("That facts recorded later were left out is not excluded", Text(sources, name), StringComparison.Ordinal);
            Assert.DoesNotContain("every fact of this chain", Text(sources, name), StringComparison.Ordinal);
        });
        Assert.Contains("That nothing recorded later was left out.", Text(sources, "README.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public void Zip_WhenUnpackedByOthers_ThenIsDatedByTheFactsAndReadable()
    {
        using var zip = new ZipArchive(new MemoryStream(Zips.Of(Cases.Of("ended"))));

        Assert.All(zip.Entries, entry => Assert.Equal(new DateTime(2026, 3, 2, 12, 0, 0), entry.LastWriteTime.DateTime));
        Assert.All(zip.Entries, entry => Assert.Equal(0x81A4, (int)((uint)entry.ExternalAttributes >> 16)));
    }

    [Fact]
    public void Entries_WhenAFactIsOfANewerVersion_ThenThrowsThat()
    {
        var sources = Cases.Of("ended");
        var odd = HashChain.Seal(sources.Requests[0].Stream, 0, HashChain.Start, new string('a', 26), "AccessDreamt", Sample.Start, "{}"u8.ToArray());

        Assert.Throws<UnknownFactException>(() => EvidenceBundle.Entries(sources with { Requests = [sources.Requests[0] with { Records = [odd] }] }));
    }

    [Fact]
    public void Entries_WhenAnyCase_ThenHoldNoSecretAndNoLink()
    {
        foreach (var sources in Cases.All.Keys.Select(name => Cases.Of(name)).Append(Cases.TicketBundle()))
            foreach (var entry in EvidenceBundle.Entries(sources))
            {
                var text = Encoding.UTF8.GetString(entry.Content.Span);
                Assert.DoesNotMatch(@"/consent/|[a-z2-7]{26}\.[A-Za-z0-9_-]{43}|PRIVATE KEY|[Bb]earer [A-Za-z0-9]|eyJ[A-Za-z0-9_-]{10}", text);
            }
    }

    private static string Hash(JsonElement json, string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.GetProperty(name).GetString()!)));

    private static ReadOnlyMemory<byte> Content(EvidenceSources sources, string name) => EvidenceBundle.Entries(sources).Single(entry => entry.Name == name).Content;

    private static string Text(EvidenceSources sources, string name) => Encoding.UTF8.GetString(Content(sources, name).Span);

    private static string Plain(string html) => System.Text.RegularExpressions.Regex.Replace(html, "<[^>]*>", "");
}
