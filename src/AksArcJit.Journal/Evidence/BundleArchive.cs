using System.IO.Compression;

namespace AksArcJit.Journal.Evidence;

/// <summary>A bundle as a zip file.</summary>
public static class BundleArchive
{
    /// <summary>What is read at most: bytes of the file, entries, bytes of one entry and of all together when unpacked, characters of a name.</summary>
    public const int LargestFile = 128 * 1024 * 1024;
    public const int MostEntries = 4096;
    public const int LargestEntry = 64 * 1024 * 1024;
    public const int LargestContent = 256 * 1024 * 1024;
    public const int LongestName = 200;

    // Regular file, rw-r--r--: without it, what is unpacked on Unix takes whatever the tool thinks.
    private const int Attributes = unchecked((int)0x81A4_0000);

    private static readonly DateTimeOffset Earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2107, 12, 31, 23, 59, 58, TimeSpan.Zero);

    /// <summary>Stored, not compressed: compressed bytes differ between processors, and the same evidence is to be the same file.</summary>
    /// <param name="at">What every entry is dated by, UTC; a zip knows the years 1980 to 2107.</param>
    public static byte[] Write(IReadOnlyList<BundleEntry> entries, DateTimeOffset at)
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var entry in entries)
            {
                var packed = zip.CreateEntry(entry.Name, CompressionLevel.NoCompression);
                packed.LastWriteTime = at < Earliest ? Earliest : at > Latest ? Latest : at.ToUniversalTime();
                packed.ExternalAttributes = Attributes;
                using var content = packed.Open();
                content.Write(entry.Content.Span);
            }
        return file.ToArray();
    }

    /// <summary>The entries in their order, with what is wrong with the zip itself. Never more than the limits is held or unpacked.</summary>
    /// <exception cref="IOException">The stream cannot be read, which says nothing about the bundle.</exception>
    internal static (IReadOnlyList<BundleEntry> Entries, IReadOnlyList<BundleFinding> Findings) Read(Stream stream)
    {
        if (Bounded(stream, LargestFile, stream.CanSeek ? stream.Length - stream.Position : 0) is not { } bytes)
            return ([], [Refused(null, $"the file has more than {LargestFile} bytes, and no more is read")]);
        try
        {
            return Unpack(bytes);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException)
        {
            // Everything is in memory: what fails here is the zip's fault.
            return ([], [new BundleFinding.Damage(null, $"is no whole zip file: {fault.Message}")]);
        }
    }

    private static (IReadOnlyList<BundleEntry> Entries, IReadOnlyList<BundleFinding> Findings) Unpack(MemoryStream bytes)
    {
        if (ZipLayout.Fault(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)) is { } fault)
            return ([], [new BundleFinding.Damage(null, fault)]);
        using var zip = new ZipArchive(bytes, ZipArchiveMode.Read);
        if (zip.Entries.Count > MostEntries)
            return ([], [Refused(null, $"it has {zip.Entries.Count} entries, and no more than {MostEntries} are read")]);
        var (entries, findings, names, left) = (new List<BundleEntry>(), new List<BundleFinding>(), new HashSet<string>(StringComparer.OrdinalIgnoreCase), (long)LargestContent);
        foreach (var packed in zip.Entries)
        {
            var name = VisibleText.Plain(packed.FullName.Length <= LongestName ? packed.FullName : packed.FullName[..LongestName] + "…");
            if (!IsPlain(packed.FullName))
            {
                findings.Add(new BundleFinding.Damage(name, "has a name that no entry of a bundle has; it was not unpacked"));
                continue;
            }
            if (!names.Add(packed.FullName))
            {
                findings.Add(new BundleFinding.Damage(name, "is there more than once, so that two readers may see two contents"));
                continue;
            }
            // What the zip says of its sizes limits what is read, and is not believed beyond that.
            if (packed.Length > Math.Min(LargestEntry, left))
            {
                findings.Add(Refused(name, $"unpacks to more than {LargestEntry} bytes, or all entries together to more than {LargestContent}, and no more is read"));
                break;
            }
            using var content = packed.Open();
            if (Bounded(content, (int)packed.Length, packed.Length) is not { } unpacked || unpacked.Length != packed.Length)
            {
                findings.Add(new BundleFinding.Damage(name, $"does not unpack to the {packed.Length} bytes that it says"));
                continue;
            }
            left -= unpacked.Length;
            entries.Add(new BundleEntry(packed.FullName, unpacked.GetBuffer().AsMemory(0, (int)unpacked.Length)));
        }
        return (entries, findings);
    }

    // Folders of letters, digits and a few marks: nothing absolute, nothing that climbs, nothing that one system reads otherwise than another.
    private static bool IsPlain(string name) =>
        name.Length is > 0 and <= LongestName && name.Split('/').All(part =>
            part.Length > 0 && part[0] != '.' && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));

    /// <param name="expected">Bytes, as somebody says: so that they are held once, and not in a buffer that grows over them.</param>
    /// <returns>Null where there is more than <paramref name="most"/>.</returns>
    private static MemoryStream? Bounded(Stream source, int most, long expected)
    {
        if (expected > most)
            return null;
        var copy = new MemoryStream((int)expected);
        var buffer = new byte[81920];
        int read;
        while ((read = source.Read(buffer)) > 0)
        {
            if (copy.Length + read > most)
                return null;
            copy.Write(buffer, 0, read);
        }
        copy.Position = 0;
        return copy;
    }

    private static BundleFinding.Unchecked Refused(string? entry, string why) => new(entry, why);
}
