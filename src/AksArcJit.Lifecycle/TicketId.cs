using System.Diagnostics.CodeAnalysis;

namespace AksArcJit.Lifecycle;

/// <summary>The support case's number in its own system: 1 to 64 of A–Z a–z 0–9 . _ -, the first a letter or digit.</summary>
public sealed record TicketId
{
    private TicketId(string text) => Text = text;

    public string Text { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out TicketId? id)
    {
        id = text is { Length: >= 1 and <= 64 } && char.IsAsciiLetterOrDigit(text[0])
             && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? new TicketId(text)
            : null;
        return id is not null;
    }

    /// <summary>For text that the journal has already accepted. Throws <see cref="FormatException"/> on any other.</summary>
    public static TicketId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no ticket id.");

    public override string ToString() => Text;
}
