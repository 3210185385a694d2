using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;

namespace AksArcJit.Journal.Verification;

/// <summary>
/// An anchor's lines as a chain: each checkpoint names the hash of the one before it, so that a line which was taken out, altered or put in
/// shows. It is the anchor's own damage, told apart from the store's. Lines that a crash tore are none: the same checkpoint follows whole.
/// Nor are those that come again later, where the anchor's keeper takes what several brokers send, each in its own time.
/// </summary>
/// <param name="isOurs">Whether a checkpoint counts: one that no trusted key signed proves nothing, and is told.</param>
/// <param name="found">Told of each damage once.</param>
/// <param name="stood">Whether this very checkpoint stood in an earlier line; null where only one writer appends, each checkpoint once.</param>
public sealed class AnchorChain(Func<SignedCheckpoint, bool> isOurs, Action<Damage> found, Func<SignedCheckpoint, bool>? stood = null)
{
    // Whatever writes more of them, a crash is not it.
    private const int MostTorn = 16;
    private const int MostOfTorn = 16 * 1024;

    private readonly Queue<(long Line, byte[] Text)> _unread = [];
    private long _line;
    private SignedCheckpoint? _last;

    /// <param name="text">Without its line feed.</param>
    /// <returns>The checkpoint and when it was anchored; null where the line is none that counts.</returns>
    public (SignedCheckpoint Signed, DateTimeOffset? At)? Take(ReadOnlyMemory<byte> text)
    {
        _line++;
        if (Read(text) is not var (signed, at))
        {
            if (_unread.Count == MostTorn)
                TellUnread();
            _unread.Enqueue((_line, text[..Math.Min(text.Length, MostOfTorn)].ToArray()));
            return null;
        }
        if (!isOurs(signed))
        {
            found(new Damage.AnchorAltered(_line, null, $"It holds a checkpoint that no trusted key signed (it names key {signed.Checkpoint.KeyId[..16]}), which proves nothing."));
            return null;
        }
        while (_unread.TryPeek(out var torn))
            if (IsBeginning(torn.Text, text.Span))
                _unread.Dequeue();
            else
                TellUnread();
        Follow(signed);
        return (signed, at);
    }

    /// <summary>Once all is read. The last line may be one that is being written.</summary>
    public void Finish()
    {
        while (_unread.TryPeek(out var torn))
            if (IsBeginning(torn.Text.AsSpan(0, Math.Min(torn.Text.Length, ExportText.AnchorLineStart.Length)), ExportText.AnchorLineStart))
                _unread.Dequeue();
            else
                TellUnread();
    }

    private void Follow(SignedCheckpoint signed)
    {
        var checkpoint = signed.Checkpoint;
        if (_last is { Checkpoint.Number: var before } && checkpoint.Number <= before)
        {
            if (stood?.Invoke(signed) == true)
                return;
            if (checkpoint.Number < before)
                found(new Damage.AnchorAltered(_line, checkpoint.Number, $"It stands after checkpoint {before}."));
            else if (signed.Hash != _last.Hash)
                found(new Damage.AnchorAltered(_line, checkpoint.Number,
                    "Another checkpoint of this number stands before it, and a trusted key signed both: the store went on from an older state, or the key is in other hands."));
            return;
        }
        if (_last is not null && checkpoint.Number > _last.Checkpoint.Number + 1)
            found(new Damage.AnchorDropped(_last.Checkpoint.Number + 1, checkpoint.Number - 1));
        else if (_last is not null && checkpoint.Previous != _last.Hash)
            found(new Damage.AnchorAltered(_line, checkpoint.Number, "It does not follow from the checkpoint before it."));
        _last = signed;
    }

    private void TellUnread() => found(new Damage.AnchorAltered(_unread.Dequeue().Line, null, "It is no checkpoint."));

    // When it was anchored may differ from one try to the next. Where power failed, a file may have the length of what was not yet written: zeros.
    private static bool IsBeginning(ReadOnlySpan<byte> torn, ReadOnlySpan<byte> whole) =>
        whole.StartsWith(torn.IndexOf(ExportText.AnchoredAt) is var end and >= 0 ? torn[..end] : torn.TrimEnd((byte)0));

    private static (SignedCheckpoint, DateTimeOffset?)? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            return (ExportText.ReadAnchored(text), ExportText.ReadAnchoredAt(text));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
