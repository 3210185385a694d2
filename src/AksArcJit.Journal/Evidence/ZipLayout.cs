using System.Buffers.Binary;

namespace AksArcJit.Journal.Evidence;

/// <summary>
/// Where the parts of a zip file lie (APPNOTE.TXT 6.3.10, sections 4.3 and 4.4): entries one behind the other from the first byte on, each
/// with the name, way of packing and sizes that the directory gives it, then the directory, then the end record and nothing else. What lies otherwise is read by one
/// tool so and by another otherwise, or unpacks the same bytes many times over.
/// </summary>
internal static class ZipLayout
{
    private const uint LocalSignature = 0x04034b50, CentralSignature = 0x02014b50, EndSignature = 0x06054b50;
    private const int LocalLength = 30, CentralLength = 46, EndLength = 22;
    private const int LongestDescriptor = 24;
    private const ushort Encrypted = 1 | 1 << 6 | 1 << 13, HasDescriptor = 1 << 3;
    private const ushort Stored = 0, Deflated = 8;

    /// <returns>What is wrong, completing the sentence "the bundle …"; null where nothing is.</returns>
    public static string? Fault(ReadOnlySpan<byte> zip)
    {
        if (zip.Length < EndLength || Number(zip, zip.Length - EndLength) != EndSignature)
            return zip.LastIndexOf("PK\u0005\u0006"u8) >= 0 ? "has data behind its end record" : "is no whole zip file: its end record is missing";
        var end = zip[^EndLength..];
        var (entries, size, start) = (Short(end, 10), Number(end, 12), Number(end, 16));
        if (Short(end, 20) != 0)
            return "is no whole zip file: its end record announces a comment that is not there";
        if (Short(end, 4) != 0 || Short(end, 6) != 0 || Short(end, 8) != entries || (long)start + size != zip.Length - EndLength)
            return "is no whole zip file: its directory does not lie before its end record";

        var parts = new List<(long From, long Until, bool HasDescriptor)>(entries);
        var at = (int)start;
        for (var entry = 0; entry < entries; entry++)
        {
            if (at > zip.Length - EndLength - CentralLength || Number(zip, at) != CentralSignature)
                return $"is no whole zip file: its directory ends before entry {entry + 1} of {entries}";
            var central = zip[at..];
            var (flags, packed, name, local) = (Short(central, 8), Number(central, 20), Short(central, 28), Number(central, 42));
            at += CentralLength + name + Short(central, 30) + Short(central, 32);
            if (at > zip.Length - EndLength)
                return $"is no whole zip file: entry {entry + 1} of its directory is cut off";
            if ((flags & Encrypted) != 0)
                return $"says that entry {entry + 1} is encrypted, which no entry of a bundle is";
            if (Short(central, 10) is not (Stored or Deflated))
                return $"packs entry {entry + 1} in a way that no bundle is packed";
            if (local + (long)LocalLength > start || Number(zip, (int)local) != LocalSignature)
                return $"is no whole zip file: entry {entry + 1} is not where the directory says";
            var header = zip[(int)local..];
            if ((Short(header, 6) & Encrypted) != 0)
                return $"says that entry {entry + 1} is encrypted, which no entry of a bundle is";
            var content = local + (long)LocalLength + Short(header, 26) + Short(header, 28);
            if (content + packed > start)
                return $"is no whole zip file: entry {entry + 1} reaches into the directory";
            if (Short(header, 26) != name || !header.Slice(LocalLength, name).SequenceEqual(central.Slice(CentralLength, name)))
                return $"gives entry {entry + 1} two names, so that two readers may see two contents";
            // With a descriptor behind the content, checksum and sizes stand there.
            if (Short(header, 8) != Short(central, 10)
                || ((Short(header, 6) & HasDescriptor) == 0 && !header.Slice(14, 12).SequenceEqual(central.Slice(16, 12))))
                return $"describes entry {entry + 1} in two ways, so that two readers may see two contents";
            parts.Add((local, content + packed, (flags & HasDescriptor) != 0));
        }
        return at != zip.Length - EndLength ? "has data behind its directory" : Tiling(parts, start);
    }

    private static string? Tiling(List<(long From, long Until, bool HasDescriptor)> parts, long directory)
    {
        parts.Sort();
        var (until, slack) = (0L, 0);
        foreach (var part in parts.Append((From: directory, Until: directory, HasDescriptor: false)))
        {
            if (part.From < until)
                return "has entries that overlap, so that the same bytes are unpacked more than once";
            if (part.From > until + slack)
                return "has data that belongs to no entry";
            (until, slack) = (part.Until, part.HasDescriptor ? LongestDescriptor : 0);
        }
        return null;
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
