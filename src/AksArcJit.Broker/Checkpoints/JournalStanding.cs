namespace AksArcJit.Broker.Checkpoints;

/// <summary>
/// Whether the journal is the one that its checkpoints speak of. Once something contradicts it (an anchor is ahead of the store, a
/// checkpoint is not the one that was anchored), nothing more is granted and no checkpoint is made until somebody has looked and the
/// process starts anew; what stands is still ended on time.
/// </summary>
public sealed class JournalStanding
{
    /// <summary>One sentence; null where nothing speaks against the journal.</summary>
    public string? Objection { get; private set; }

    /// <returns>True for the first objection.</returns>
    public bool Object(string objection)
    {
        if (Objection is not null)
            return false;
        Objection = objection;
        return true;
    }
}
