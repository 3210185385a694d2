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

    // Each of 61 directory entries points at the same 60 MiB: refused for what it is, before anything is unpacked.
    [Fact]
    public void Verify_WhenEntriesOverlap_ThenIsRefusedAndNothingIsUnpacked()
    {
        var zip = Pack([new BundleEntry("n00", new byte[60 * 1024 * 1024]), .. Enumerable.Range(1, 60).Select(n => new BundleEntry($"n{n:D2}", "x"u8.ToArray()))], CompressionLevel.SmallestSize);
        var first = zip.AsSpan(Directory(zip), 49).ToArray();
        for (var entry = 1; entry <= 60; entry++)
            first.CopyTo(zip.AsSpan(Directory(zip) + (entry * first.Length)));

        var before = GC.GetAllocatedBytesForCurrentThread();
        var verdict = Verify(zip);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * 1024 * 1024);
        Assert.Contains("overlap", Assert.IsType<BundleFinding.Damage>(Assert.Single(verdict.Findings)).What, StringComparison.Ordinal);
    }

    /// <summary>Whatever a zip says, no more is held than the file and what it may unpack to.</summary>
    [Fact]
    public void Verify_WhenEntriesTogetherAreABomb_ThenNoMoreIsHeldThanIsStated()
    {
        var large = new byte[BundleArchive.LargestEntry];
        var zip = Pack(Enumerable.Range(0, 5).Select(n => new BundleEntry($"n{n}", large)), CompressionLevel.SmallestSize);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var (entries, _) = BundleArchive.Read(new MemoryStream(zip));

        Assert.Equal(BundleArchive.LargestContent, entries.Sum(entry => (long)entry.Content.Length));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, BundleArchive.LargestContent, BundleArchive.LargestContent + zip.Length + 4L * 1024 * 1024);
    }

    [Theory]
    [InlineData("x", "behind its end record")]
    [InlineData("PK\u0005\u0006", "behind its end record")]
    public void Verify_WhenDataTrails_ThenIsDamage(string tail, string word) => AssertSays(word, [.. Pack(Honest), .. Encoding.Latin1.GetBytes(tail)]);

    [Fact]
    public void Verify_WhenDataPrecedes_ThenIsDamage() => AssertDamaged([.. "#!/bin/sh\n"u8, .. Pack(Honest)]);

    [Theory]
    [InlineData(0x0001)]
    [InlineData(0x0040)]
    [InlineData(0x2000)]
    public void Verify_WhenAFlagSaysEncrypted_ThenIsDamage(int flag)
    {
        foreach (var isLocal in new[] { true, false })
        {
            var zip = Pack(Honest);
            var at = isLocal ? 6 : Directory(zip) + 8;
            zip[at] |= (byte)flag;
            zip[at + 1] |= (byte)(flag >> 8);
            AssertSays("is encrypted", zip);
        }
    }

    [Fact]
    public void Verify_WhenTheDirectoryGivesAnotherName_ThenIsDamage()
    {
        var zip = Pack(Honest);
        zip[Directory(zip) + 46] ^= 1;
        AssertSays("two names", zip);
    }

    // Who unpacks a stream goes by what stands before each entry, who opens a file by the directory. Packing, checksum, packed size, size.
    [Theory]
    [InlineData(8, 8)]
    [InlineData(14, 1)]
    [InlineData(18, 1)]
    [InlineData(22, 1)]
    public void Verify_WhenTheDirectoryDescribesAnEntryOtherwise_ThenIsDamage(int at, byte flip)
    {
        var zip = Pack(Honest);
        zip[at] ^= flip;
        AssertSays("in two ways", zip);
    }

    [Fact]
    public void Verify_WhenAnotherToolPackedItAsAStream_ThenIsNoDamage()
    {
        using var file = new Forward();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var entry in Honest)
            {
                using var content = zip.CreateEntry(entry.Name, CompressionLevel.SmallestSize).Open();
                content.Write(entry.Content.Span);
            }
        Assert.False(Verify(file.ToArray()).IsDamaged);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Verify_WhenASizeIsFalse_ThenIsDamage(int by)
    {
        var zip = Pack(Honest, CompressionLevel.SmallestSize);
        zip[Directory(zip) + 24] = (byte)(zip[Directory(zip) + 24] + by);
        AssertDamaged(zip);
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

    private static void AssertSays(string word, byte[] zip) =>
        Assert.Contains(word, Assert.IsType<BundleFinding.Damage>(Assert.Single(Verify(zip).Findings)).What, StringComparison.Ordinal);

    private static int Directory(byte[] zip) => BitConverter.ToInt32(zip, zip.Length - 6);

    private static BundleEntry BundleEntryOf(string name) => new(name, "x"u8.ToArray());

    private sealed class Forward : MemoryStream
    {
        public override bool CanSeek => false;
    }

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
