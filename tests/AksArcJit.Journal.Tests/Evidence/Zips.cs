using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Evidence;

namespace AksArcJit.Journal.Tests.Evidence;

/// <summary>Bundles to be spoilt.</summary>
internal static class Zips
{
    public static byte[] Of(EvidenceSources sources) => BundleArchive.Write(EvidenceBundle.Entries(sources), EvidenceBundle.NewestOf(sources));

    public static byte[] Pack(IEnumerable<BundleEntry> entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var entry in entries)
            {
                using var content = zip.CreateEntry(entry.Name, level).Open();
                content.Write(entry.Content.Span);
            }
        return file.ToArray();
    }

    /// <summary>As a forger does who knows of the end marker.</summary>
    public static byte[] PackWithFreshEnd(IEnumerable<BundleEntry> entries)
    {
        var kept = entries.Where(entry => entry.Name != "SHA256SUMS").ToList();
        var sums = string.Concat(kept.Select(entry => $"{Convert.ToHexStringLower(SHA256.HashData(entry.Content.Span))}  {entry.Name}\n"));
        return Pack([.. kept, new BundleEntry("SHA256SUMS", Encoding.UTF8.GetBytes(sums))]);
    }

    public static BundleVerdict Verify(byte[] zip, CheckpointKey? trusted = null)
    {
        using var file = new MemoryStream(zip);
        return BundleVerification.Verify(file, trusted);
    }

    public static void AssertDamaged(byte[] zip, string? entry = null)
    {
        var verdict = Verify(zip);
        Assert.True(verdict.IsDamaged && (entry is null || verdict.Findings.OfType<BundleFinding.Damage>().Any(damage => damage.Entry == entry)),
            $"{entry ?? "the bundle"} was damaged, and the verdict is: {string.Join("; ", verdict.Findings)}");
    }
}
