using System.IO.Compression;
using System.Text;
using AksArcJit.Journal.Evidence;
using static AksArcJit.Journal.Tests.Evidence.Zips;

namespace AksArcJit.Journal.Tests.Evidence;

public class HostileZipTests
{
    private static readonly IReadOnlyList<BundleEntry> Honest = EvidenceBundle.Entries(Cases.Of("ended"));

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\windows\\x")]
    [InlineData("requests/../../x")]
    [InlineData("requests//x")]
    [InlineData("requests/")]
    [InlineData(".hidden")]
    [InlineData("Größe.txt")]
    [InlineData("a\u202Etxt.exe")]
    [InlineData("a b")]
    public void Verify_WhenANameIsNotPlain_ThenIsDamageAndNothingIsUnpacked(string name) =>
        Assert.Contains(Verify(Pack([.. Honest, BundleEntryOf(name)])).Findings, finding => finding is BundleFinding.Damage && finding.What.Contains("was not unpacked", StringComparison.Ordinal));

    [Fact]
    public void Verify_WhenANameIsEndless_ThenIsDamage() =>
        AssertDamaged(Pack([.. Honest, BundleEntryOf(new string('a', 60000))]));

    [Theory]
    [InlineData("report.html")]
    [InlineData("REPORT.html")]
    public void Verify_WhenAnEntryIsThereTwice_ThenIsDamage(string name) =>
        Assert.Contains(Verify(Pack([.. Honest, BundleEntryOf(name)])).Findings, finding => finding is BundleFinding.Damage && finding.What.Contains("more than once", StringComparison.Ordinal));

    [Fact]
    public void Verify_WhenAnUnknownEntryIsAdded_ThenIsDamageEvenWithAFreshEnd()
    {
        AssertDamaged(Pack([.. Honest, BundleEntryOf("extra.txt")]), "extra.txt");
        AssertDamaged(PackWithFreshEnd([.. Honest, BundleEntryOf("extra.txt")]), "extra.txt");
        AssertDamaged(PackWithFreshEnd([.. Honest, BundleEntryOf("requests/aaaaaaaaaaaaaaaaaaaaaaqaaa/facts.ndjson")]));
    }

    [Fact]
    public void Verify_WhenAnEntryIsABomb_ThenStopsAtTheLimitAndSaysSo()
    {
        var verdict = Verify(Pack([.. Honest, new BundleEntry("bomb.txt", new byte[BundleArchive.LargestEntry + 1])], CompressionLevel.SmallestSize));

        Assert.False(verdict.IsChecked);
        Assert.Contains(BundleArchive.LargestEntry.ToString(), Assert.Single(verdict.Findings).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_WhenEntriesTogetherAreABomb_ThenStopsAtTheLimit()
    {
        var large = new byte[BundleArchive.LargestEntry];

        Assert.False(Verify(Pack(Enumerable.Range(0, 5).Select(n => new BundleEntry($"n{n}", large)), CompressionLevel.SmallestSize)).IsChecked);
    }

    [Fact]
    public void Verify_WhenThereAreTooManyEntries_ThenSaysSo() =>
        Assert.False(Verify(Pack(Enumerable.Range(0, BundleArchive.MostEntries + 1).Select(n => BundleEntryOf($"n{n}")))).IsChecked);

    [Fact]
    public void Verify_WhenTheFileIsTooLarge_ThenSaysSo()
    {
        using var endless = new Zeros(BundleArchive.LargestFile + 1L);

        Assert.False(BundleVerification.Verify(endless, null).IsChecked);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a zip")]
    [InlineData("PK\u0003\u0004")]
    public void Verify_WhenItIsNoZip_ThenIsDamage(string text) => AssertDamaged(Encoding.Latin1.GetBytes(text));

    [Fact]
    public void Verify_WhenTheZipIsEmpty_ThenIsDamage() => AssertDamaged(Pack([]));

    [Fact]
    public void Verify_WhenTheEndMarkerIsAFlood_ThenIsDamageAndNoFlood()
    {
        var flood = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{new string('0', 64)}  x\n", 100_000)));

        var verdict = Verify(Pack([.. Honest.SkipLast(1), new BundleEntry("SHA256SUMS", flood)]));

        Assert.True(verdict.IsDamaged);
        Assert.InRange(verdict.Findings.Count, 1, 10);
    }

    private static BundleEntry BundleEntryOf(string name) => new(name, "x"u8.ToArray());

    private sealed class Zeros(long length) : MemoryStream
    {
        private long _left = length;

        public override int Read(Span<byte> buffer)
        {
            var read = (int)Math.Min(buffer.Length, _left);
            _left -= read;
            return read;
        }
    }
}
