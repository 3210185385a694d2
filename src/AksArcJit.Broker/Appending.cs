using AksArcJit.Broker.Ports;

namespace AksArcJit.Broker;

/// <summary>
/// Settles an append whose outcome is unknown by sending the same records again: the journal recognises them by fact id. What stays
/// unknown after that is the caller's to tell, as unknown.
/// </summary>
public static class Appending
{
    private const int Tries = 3;

    // Uncancelled: a decision that was made is committed or its outcome is unknown, never abandoned half way.
    public static async Task<AppendOutcome> AppendSurelyAsync(this IJournal journal, Append append)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await journal.AppendAsync(append, CancellationToken.None);
            }
            catch (JournalUnavailableException) when (attempt < Tries)
            {
                // Again, at once: the store has its own pauses between tries.
            }
        }
    }
}
