using System.Formats.Asn1;
using System.Numerics;

namespace AksArcJit.Journal.Evidence;

/// <summary>An ECDSA signature in the form that openssl reads (RFC 3279, Ecdsa-Sig-Value), from and to the fixed form that checkpoints hold.</summary>
internal static class DerSignature
{
    private const int Half = 32;

    /// <param name="signature">64 bytes, r and s.</param>
    public static byte[] Of(ReadOnlySpan<byte> signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new BigInteger(signature[..Half], isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new BigInteger(signature[Half..], isUnsigned: true, isBigEndian: true));
        }
        return writer.Encode();
    }

    /// <exception cref="FormatException">The bytes are no such signature on P-256.</exception>
    public static byte[] Read(ReadOnlyMemory<byte> der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var sequence = reader.ReadSequence();
            var signature = new byte[2 * Half];
            Write(sequence.ReadInteger(), signature.AsSpan(0, Half));
            Write(sequence.ReadInteger(), signature.AsSpan(Half));
            sequence.ThrowIfNotEmpty();
            reader.ThrowIfNotEmpty();
            return signature;
        }
        catch (AsnContentException fault)
        {
            throw new FormatException("it is no ECDSA signature in DER", fault);
        }
    }

    private static void Write(BigInteger number, Span<byte> target)
    {
        if (number.Sign < 0 || number.GetByteCount(isUnsigned: true) > Half)
            throw new FormatException("its numbers are not those of P-256");
        var length = number.GetByteCount(isUnsigned: true);
        target.Clear();
        number.TryWriteBytes(target[^length..], out _, isUnsigned: true, isBigEndian: true);
    }
}
