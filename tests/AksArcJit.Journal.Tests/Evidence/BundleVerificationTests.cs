using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Journal.Evidence;
using AksArcJit.Journal.Exports;
using AksArcJit.TestKit;
using static AksArcJit.Journal.Tests.Evidence.Zips;

namespace AksArcJit.Journal.Tests.Evidence;

public class BundleVerificationTests
{
    [Theory]
    [MemberData(nameof(Cases.Names), MemberType = typeof(Cases))]
    public void Verify_WhenWhole_ThenFindsNothing(string name)
    {
        using var key = Cases.PublicKey;

        var verdict = Verify(Of(Cases.Of(name)), key);

        Assert.Empty(verdict.Findings);
        Assert.Equal((new EvidenceSubject.OfRequest(Cases.First), KeySource.Given, key.Id), (verdict.Subject, verdict.SignedBy, verdict.KeyId));
        Assert.Equal(Cases.All[name].Count + Cases.Ticket.Count, verdict.Facts);
    }

    [Fact]
    public void Verify_WhenATicketsBundleIsWhole_ThenSaysOnlyThatItsIndexIsNotSigned()
    {
        using var key = Cases.PublicKey;

        Assert.Contains("all requests under the ticket", Assert.IsType<BundleFinding.Unproven>(Assert.Single(Verify(Of(Cases.TicketBundle()), key).Findings)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_WhenNoKeyIsGiven_ThenSaysThatTheBundlesOwnProvesLittle()
    {
        var verdict = Verify(Of(Cases.Of("ended")));

        Assert.Equal(KeySource.Bundle, verdict.SignedBy);
        Assert.Equal("checkpoint.sig", Assert.IsType<BundleFinding.Unproven>(Assert.Single(verdict.Findings)).Entry);
    }

    [Fact]
    public void Verify_WhenAnotherKeyIsGiven_ThenThatIsDamage()
    {
        using var other = Cases.OtherKey;

        var verdict = Verify(Of(Cases.Of("ended")), other);

        Assert.Equal(("checkpoint.json", KeySource.None), (Assert.IsType<BundleFinding.Damage>(Assert.Single(verdict.Findings)).Entry, verdict.SignedBy));
    }

    [Fact]
    public void Verify_WhenNothingWasCheckpointed_ThenSaysWhatItCannotExclude() =>
        Assert.Contains("whole chain was rewritten", Assert.IsType<BundleFinding.Unproven>(Assert.Single(Verify(Of(Cases.Of("ended", isProven: false))).Findings)).What, StringComparison.Ordinal);

    [Fact]
    public void Verify_WhenTheCheckpointIsOlder_ThenSaysFromWhereTheChainAloneCovers()
    {
        using var key = Cases.PublicKey;

        var verdict = Verify(Of(Cases.Request(Cases.All["ended"], 4)), key);

        Assert.Contains("versions 5 to 6 by their chain alone", Assert.IsType<BundleFinding.Unproven>(Assert.Single(verdict.Findings)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_WhenRepackedByOthers_ThenIsTheSame() =>
        Assert.False(Verify(Pack(EvidenceBundle.Entries(Cases.Of("ended")), CompressionLevel.SmallestSize)).IsDamaged);

    [Fact]
    public void Verify_WhenAnyEntryIsAltered_ThenNamesIt() => ForEveryEntry((entries, index) =>
    {
        var content = entries[index].Content.ToArray();
        content[content.Length / 2] ^= 0x20;
        return [.. entries.Take(index), entries[index] with { Content = content }, .. entries.Skip(index + 1)];
    });

    [Fact]
    public void Verify_WhenAnyEntryIsCutShort_ThenNamesIt() => ForEveryEntry((entries, index) =>
        [.. entries.Take(index), entries[index] with { Content = entries[index].Content[..^1] }, .. entries.Skip(index + 1)]);

    [Fact]
    public void Verify_WhenAnyEntryIsRemoved_ThenIsFound()
    {
        foreach (var sources in new[] { Cases.Of("ended"), Cases.TicketBundle() })
        {
            var entries = EvidenceBundle.Entries(sources);
            for (var index = 0; index < entries.Count; index++)
                AssertDamaged(Pack([.. entries.Take(index), .. entries.Skip(index + 1)]));
        }
    }

    [Fact]
    public void Verify_WhenAnyTwoEntriesAreSwapped_ThenIsFound()
    {
        var entries = EvidenceBundle.Entries(Cases.Of("ended"));
        for (var one = 0; one < entries.Count; one++)
            for (var other = one + 1; other < entries.Count; other++)
            {
                var contents = entries.ToList();
                (contents[one], contents[other]) = (contents[one] with { Content = entries[other].Content }, contents[other] with { Content = entries[one].Content });
                AssertDamaged(Pack(contents));

                var places = entries.ToList();
                (places[one], places[other]) = (places[other], places[one]);
                AssertDamaged(Pack(places));
            }
    }

    // Sums are no secret: who makes them anew must still not get away with anything.
    [Fact]
    public void Verify_WhenTheForgerMakesTheEndMarkerAnew_ThenEveryAlterationAndRemovalIsFoundStill()
    {
        foreach (var sources in new[] { Cases.Of("ended"), Cases.TicketBundle() })
        {
            var entries = EvidenceBundle.Entries(sources);
            for (var index = 0; index < entries.Count - 1; index++)
            {
                var content = entries[index].Content.ToArray();
                content[content.Length / 3] ^= 0x01;
                AssertDamaged(PackWithFreshEnd([.. entries.Take(index), entries[index] with { Content = content }, .. entries.Skip(index + 1)]));
                if (!entries[index].Name.EndsWith("/proof.json", StringComparison.Ordinal))
                    AssertDamaged(PackWithFreshEnd([.. entries.Take(index), .. entries.Skip(index + 1)]));
            }
        }
    }

    [Fact]
    public void Verify_WhenTheFileIsCutAnywhere_ThenIsFound()
    {
        var zip = Of(Cases.Of("ended"));
        for (var length = 0; length < zip.Length; length += 997)
            AssertDamaged(zip[..length]);
        AssertDamaged(zip[..^1]);
    }

    // A bit of a date or of a checksum that nobody reads says nothing; any bit of a name or of a content does.
    [Fact]
    public void Verify_WhenAnyBitIsFlipped_ThenWhatReadsOtherwiseIsFound()
    {
        var zip = Of(Cases.Of("ended"));
        var honest = Read(zip);
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var spoilt = zip.ToArray();
            spoilt[random.Next(spoilt.Length)] ^= (byte)(1 << random.Next(8));
            Assert.True(Verify(spoilt).IsDamaged || Read(spoilt).SequenceEqual(honest), $"round {round}");
        }

        static IReadOnlyList<(string, string)> Read(byte[] zip) =>
            [.. BundleArchive.Read(new MemoryStream(zip)).Entries.Select(entry => (entry.Name, Convert.ToHexString(entry.Content.Span)))];
    }

    [Fact]
    public void Verify_WhenTheChainIsRewrittenWithFreshHashes_ThenTheProofConvicts()
    {
        var honest = Cases.Of("ended");
        var forged = Cases.Chain(honest.Requests[0].Stream, Cases.EndedWithResidual(Cases.First));

        var verdict = Verify(Of(honest with { Requests = [honest.Requests[0] with { Records = [.. forged] }] }));

        Assert.Contains(verdict.Findings, finding => finding is BundleFinding.Damage { Entry: "requests/aaaaaaaaaaaaaaaaaaaaaaiaaa/proof.json", Version: 6 });
    }

    [Fact]
    public void Verify_WhenTheTailIsCutAndAllElseMadeAnew_ThenTheProofConvicts()
    {
        var honest = Cases.Of("ended");

        var verdict = Verify(Of(honest with { Requests = [honest.Requests[0] with { Records = [.. honest.Requests[0].Records.Take(4)] }] }));

        Assert.Contains(verdict.Findings, finding => finding is BundleFinding.Damage { Version: 5 } damage && damage.What.Contains("its end was cut off", StringComparison.Ordinal));
    }

    // A proof of an older leaf is as good as one of the last: no verdict may claim that the bundle holds the last fact.
    [Fact]
    public void Verify_WhenCutBackToAnOlderLeaf_ThenSaysHowFarItCoversAndThatLaterFactsAreNotExcluded()
    {
        using var key = Cases.PublicKey;

        var cut = Verify(Of(Cases.CutBack(Cases.All["ended"], 4)), key);
        var whole = Verify(Of(Cases.Of("ended")), key);

        Assert.Empty(cut.Findings);
        Assert.Equal([(4L, Sample.Start + Cases.All["ended"][3].Item2), (6L, Sample.Start + Cases.All["ended"][5].Item2)],
            new[] { cut, whole }.Select(verdict => verdict.Covered.Single(chain => chain.Stream.Request == Cases.First)).Select(chain => (chain.Version, chain.At)));
        Assert.All([cut, whole], verdict => Assert.Contains("Facts that were recorded later may have been left out", Assert.Single(verdict.NotExcluded), StringComparison.Ordinal));
    }

    [Fact]
    public void Verify_WhenWhatIsProvenIsDamagedOrUnsigned_ThenClaimsNoCover()
    {
        using var other = Cases.OtherKey;
        var honest = Cases.Of("ended");
        var forged = Cases.Chain(honest.Requests[0].Stream, Cases.EndedWithResidual(Cases.First));

        Assert.Empty(Verify(Of(honest), other).Covered);
        Assert.DoesNotContain(Verify(Of(honest with { Requests = [honest.Requests[0] with { Records = forged }] })).Covered, chain => chain.Stream.Request == Cases.First);
        Assert.Empty(Verify(Of(Cases.Of("ended", isProven: false))).Covered);
    }

    [Fact]
    public void Verify_WhenSomethingIsUnproven_ThenThatIsNotExcludedEither() =>
        Assert.Contains("checkpoint.sig was verified with the key in the bundle alone", Verify(Of(Cases.Of("ended"))).NotExcluded[0], StringComparison.Ordinal);

    [Fact]
    public void Verify_WhenAConsentNamesOtherTermsThanWereShown_ThenIsFoundThoughTheChainHolds()
    {
        var facts = Cases.All["ended"].ToList();
        facts[1] = ((Lifecycle.Requests.RequestFact.ConsentGiven)facts[1].Item1 with { ShownTermsHash = new string('a', 64) }, facts[1].Item2);

        Assert.Contains(Verify(Of(Cases.Request(facts))).Findings, finding => finding is BundleFinding.Damage { Version: 2 } damage && damage.What.Contains("contradicts itself", StringComparison.Ordinal));
    }

    [Fact]
    public void Verify_WhenAFactIsOfANewerVersion_ThenIsNoDamageAndTheRestIsChecked()
    {
        var sources = Cases.Of("ended");
        var last = sources.Requests[0].Records[^1];
        var newer = HashChain.Seal(last.Stream, last.Version, last.Hash, new string('z', 26), "AccessDreamt", last.At, "{}"u8.ToArray());
        var made = EvidenceBundle.Entries(sources);
        var line = new System.Buffers.ArrayBufferWriter<byte>();
        ExportText.Write(line, new JournalRow.Fact(newer));

        var verdict = Verify(PackWithFreshEnd(made.Select(entry => entry.Name.EndsWith("aaa/facts.ndjson", StringComparison.Ordinal)
            ? entry with { Content = entry.Content.ToArray().Concat(line.WrittenSpan.ToArray()).ToArray() } : entry)));

        Assert.False(verdict.IsDamaged);
        Assert.Contains(verdict.Findings, finding => finding is BundleFinding.Unchecked && finding.What.Contains("AccessDreamt", StringComparison.Ordinal));
    }

    [Fact]
    public void Verify_WhenAKindWasInvented_ThenIsNoNewerVersions()
    {
        var verdict = Verify(PackWithFreshEnd(EvidenceBundle.Entries(Cases.Of("ended")).Select(entry => entry.Name.EndsWith("aaa/facts.ndjson", StringComparison.Ordinal)
            ? entry with { Content = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(entry.Content.Span).Replace("\"kind\":\"Granted\"", "\"kind\":\"Dreamt\"", StringComparison.Ordinal)) } : entry)));

        Assert.True(verdict.IsDamaged);
        Assert.True(verdict.IsChecked);
    }

    [Fact]
    public void Verify_WhenAnotherVersionWroteTheReport_ThenSaysThatItWasNotCompared()
    {
        var entries = EvidenceBundle.Entries(Cases.Of("ended"), "9.9.9");

        var verdict = Verify(PackWithFreshEnd(entries.Select(entry => entry.Name == "report.html" ? entry with { Content = "<p>All is well.</p>"u8.ToArray() } : entry)));

        Assert.False(verdict.IsDamaged);
        Assert.Contains(verdict.Findings, finding => finding is BundleFinding.Unproven { Entry: "report.html" });
        Assert.All(verdict.Findings, finding => Assert.StartsWith($"{finding.Entry ?? "the bundle"} ", finding.ToString(), StringComparison.Ordinal));
    }

    // Somebody's key in the right form, of a point that is on no curve: .NET throws something else at it than at what is no key.
    [Fact]
    public void Verify_WhenTheKeyIsNoPointOfItsCurve_ThenThatIsDamage()
    {
        const string NoPoint = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE" + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==";

        var verdict = Verify(PackWithFreshEnd(EvidenceBundle.Entries(Cases.Of("ended")).Select(entry => entry.Name == "public-key.pem"
            ? entry with { Content = Encoding.UTF8.GetBytes($"-----BEGIN PUBLIC KEY-----\n{NoPoint}\n-----END PUBLIC KEY-----\n") } : entry)));

        Assert.Contains(verdict.Findings, finding => finding is BundleFinding.Damage { Entry: "public-key.pem" });
    }

    [Fact]
    public void Verify_WhenTheBundleIsOfAFutureFormat_ThenIsNotCalledSound() =>
        Assert.NotEmpty(Verify(PackWithFreshEnd(EvidenceBundle.Entries(Cases.Of("ended")).Select(entry => entry.Name == "bundle.json"
            ? entry with { Content = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(entry.Content.Span).Replace("evidence/1", "evidence/2", StringComparison.Ordinal)) } : entry))).Findings);

    // Whoever can seal can write any JSON into a fact.
    [Fact]
    public void Verify_WhenSealedFactsAreMonstrous_ThenNothingThrows()
    {
        var random = new Random(5);
        for (var round = 0; round < 400; round++)
        {
            var sources = Cases.Of(Cases.All.Keys.ElementAt(round % Cases.All.Count));
            var records = new List<FactRecord>();
            foreach (var record in sources.Requests[0].Records)
                records.Add(HashChain.Seal(record.Stream, records.Count, records.Count > 0 ? records[^1].Hash : HashChain.Start, record.FactId, record.Kind,
                    random.Next(20) == 0 ? DateTimeOffset.MaxValue : record.At, Spoilt(record.Payload, random)));
            var lines = new System.Buffers.ArrayBufferWriter<byte>();
            foreach (var record in records)
                ExportText.Write(lines, new JournalRow.Fact(record));

            Assert.NotNull(Verify(PackWithFreshEnd(EvidenceBundle.Entries(sources).Select(entry =>
                entry.Name.EndsWith("aaa/facts.ndjson", StringComparison.Ordinal) ? entry with { Content = lines.WrittenMemory } : entry))));
        }
    }

    private static byte[] Spoilt(ReadOnlyMemory<byte> payload, Random random)
    {
        var root = JsonNode.Parse(payload.Span)!;
        var values = Values(root).ToList();
        if (values.Count == 0)
            return payload.ToArray();
        var (parent, name, index) = values[random.Next(values.Count)];
        JsonNode? value = random.Next(7) switch
        {
            0 => null,
            1 => "",
            2 => "9999-12-31T23:59:59.9999999Z",
            3 => "P10675199DT2H48M5.4775807S",
            4 => -1,
            5 => new string('x', 5000),
            _ => new JsonArray((JsonNode?)null),
        };
        if (parent is JsonObject holder)
            holder[name!] = value;
        else
            parent.AsArray()[index] = value;
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static IEnumerable<(JsonNode Parent, string? Name, int Index)> Values(JsonNode node) => node switch
    {
        JsonObject holder => holder.SelectMany(property => new[] { ((JsonNode)holder, (string?)property.Key, 0) }.Concat(property.Value is null ? [] : Values(property.Value))),
        JsonArray list => Enumerable.Range(0, list.Count).SelectMany(index => new[] { ((JsonNode)list, (string?)null, index) }.Concat(list[index] is { } item ? Values(item) : [])),
        _ => [],
    };

    private static void ForEveryEntry(Func<IReadOnlyList<BundleEntry>, int, IReadOnlyList<BundleEntry>> spoil)
    {
        foreach (var sources in new[] { Cases.Of("ended"), Cases.Of("ended", isProven: false), Cases.TicketBundle() })
        {
            var entries = EvidenceBundle.Entries(sources);
            for (var index = 0; index < entries.Count; index++)
                // A wrong sum is told of the entry that it is for.
                AssertDamaged(Pack(spoil(entries, index)), index < entries.Count - 1 ? entries[index].Name : null);
        }
    }
}
