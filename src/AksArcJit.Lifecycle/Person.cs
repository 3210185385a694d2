using System.Diagnostics.CodeAnalysis;

namespace AksArcJit.Lifecycle;

/// <summary>
/// Who somebody is: the token issuer and its immutable object id, compared exactly. Two persons with one mail address are two
/// persons; one person with two addresses is one.
/// </summary>
public sealed record Person(string Issuer, string ObjectId)
{
    private const int MostCharacters = 256;

    /// <summary>Reads the form that <see cref="ToString"/> writes: <c>objectId@issuer</c>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Person? person)
    {
        var at = text?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        person = at > 0 && at < text!.Length - 1 && text.Length <= 2 * MostCharacters && !text.Any(char.IsControl)
            ? new Person(text[(at + 1)..], text[..at])
            : null;
        return person is not null;
    }

    public override string ToString() => $"{ObjectId}@{Issuer}";
}
