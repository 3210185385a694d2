namespace AksArcJit.Broker.Options;

/// <summary>The key under which consent secrets are made. Held in memory only, read from a file or a vault by the host.</summary>
public sealed class ConsentKey
{
    public const int LeastBytes = 32;
    private readonly byte[] _bytes;

    public ConsentKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes.Length, LeastBytes);
        _bytes = bytes.ToArray();
    }

    public ReadOnlySpan<byte> Bytes => _bytes;
}
