namespace AksArcJit.Journal.Notices;

/// <summary>
/// The words of the notices in one language. What others wrote stands in the holes of a <see cref="FormattableString"/>, never in the
/// sentence itself.
/// </summary>
internal abstract class NoticeTexts
{
    public abstract LetterText ConsentAsked(Telling told);
    public abstract LetterText Decided(Telling told);
    public abstract LetterText EndedWithoutAccess(Telling told);
    public abstract LetterText Granted(Telling told);
    public abstract LetterText ExpiringSoon(Telling told);
    public abstract LetterText Ended(Telling told);
    public abstract LetterText RevocationUnconfirmed(Telling told);

    /// <summary>Below everything.</summary>
    public abstract FormattableString Foot(Telling told);
}

/// <param name="Opening">What happened, in one sentence or two.</param>
/// <param name="Rows">What a reader looks up, each with its label.</param>
/// <param name="LinkLabel">What the reader's own page is good for; shown only where there is a link.</param>
/// <param name="Notes">What to do, and what to mind.</param>
internal sealed record LetterText(
    FormattableString Subject, FormattableString Opening, IReadOnlyList<(string Label, FormattableString Value)> Rows, string LinkLabel, params IReadOnlyList<FormattableString> Notes);
