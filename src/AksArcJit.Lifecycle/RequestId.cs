using System.Diagnostics.CodeAnalysis;

namespace AksArcJit.Lifecycle;

/// <summary>
/// Names one request: 26 characters of a–z and 2–7 (130 bits), so that it is at once a Table Storage partition key,
/// a URL segment and the tail of a binding's name (RFC 1123 subdomain, 253 characters at most).
/// </summary>
public sealed record RequestId
{
    public const int Length = 26;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private RequestId(string text) => Text = text;

    public string Text { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out RequestId? id)
    {
        id = text is { Length: Length } && text.All(Alphabet.Contains) ? new RequestId(text) : null;
        return id is not null;
    }

    /// <summary>For text that the journal has already accepted. Throws <see cref="FormatException"/> on any other.</summary>
    public static RequestId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no request id.");

    /// <summary>Encodes the first 130 bits of <paramref name="entropy"/> (at least 17 bytes), five bits a character.</summary>
    public static RequestId FromBytes(ReadOnlySpan<byte> entropy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entropy.Length, 17);
        Span<char> text = stackalloc char[Length];
        for (var i = 0; i < Length; i++)
        {
            var bit = i * 5;
            var window = (entropy[bit / 8] << 8) | (bit / 8 + 1 < entropy.Length ? entropy[bit / 8 + 1] : 0);
            text[i] = Alphabet[(window >> (11 - bit % 8)) & 31];
        }
        return new RequestId(new string(text));
    }

    public override string ToString() => Text;
}
