using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Broker.Ports;

/// <summary>
/// Where signed checkpoints are kept outside the journal, so that an insider with the store cannot take them back. Each method throws
/// <see cref="AnchorUnavailableException"/> where it does not do its work.
/// </summary>
public interface IAnchor
{
    /// <summary>For people: what and where, without secrets.</summary>
    string Name { get; }

    /// <summary>True where the anchor cannot be read back (a webhook): it gets the newest checkpoint after each start, and each one after that.</summary>
    bool IsBlind => false;

    /// <summary>
    /// The last one accepted that counts (<see cref="Checkpoints.CheckpointTrust"/>): whatever else somebody wrote there is passed over. Null
    /// where there is none, or the anchor is blind.
    /// </summary>
    Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation);

    /// <summary>
    /// Its whole text, to be read as a chain of lines; the caller disposes it. Null where there is none, or reading all of it at every start
    /// would cost too much: then its keeper answers for its middle.
    /// </summary>
    Task<Stream?> OpenAsync(CancellationToken cancellation) => Task.FromResult<Stream?>(null);

    /// <summary>Appends one; appending the newest again after an unknown outcome is harmless. Returns when it is durable there.</summary>
    /// <param name="at">UTC, now: kept with it, so that an anchor which was begun anew shows when.</param>
    /// <returns>The number of the last that counts which it held before, 0 for none; null where the anchor is blind.</returns>
    Task<long?> AppendAsync(SignedCheckpoint checkpoint, DateTimeOffset at, CancellationToken cancellation);
}

/// <summary>The anchor cannot be reached, or refuses.</summary>
public sealed class AnchorUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
