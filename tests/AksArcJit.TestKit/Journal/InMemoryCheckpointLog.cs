using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.TestKit.Journal;

/// <summary>The checkpoint port in memory. Every call completes before it returns.</summary>
public sealed class InMemoryCheckpointLog : ICheckpointLog
{
    private readonly Lock _gate = new();
    private readonly List<StoredCheckpoint> _checkpoints = [];

    public IReadOnlyList<StoredCheckpoint> Checkpoints
    {
        get
        {
            lock (_gate)
                return [.. _checkpoints];
        }
    }

    /// <summary>Puts an older state back, as somebody who restores a backup does.</summary>
    public void CutTo(int count)
    {
        lock (_gate)
            _checkpoints.RemoveRange(count, _checkpoints.Count - count);
    }

    public Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Checkpoints is [.., var newest] ? newest.Signed : null);
    }

    public Task<StoredCheckpoint?> ReadAsync(long number, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Checkpoints.FirstOrDefault(one => one.Signed.Checkpoint.Number == number));
    }

    public async IAsyncEnumerable<JournalRow> ListAsync(long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var stored in Checkpoints.Where(one => one.Signed.Checkpoint.Number >= from))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new JournalRow.Checkpoint(stored);
        }
    }

    public Task<StoredCheckpoint?> FindAsync(long treeSize, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(Checkpoints.FirstOrDefault(one => one.Signed.Checkpoint.TreeSize >= treeSize));
    }

    public Task<bool> AppendAsync(StoredCheckpoint checkpoint, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(checkpoint.Leaves.Count, ICheckpointLog.MostLeaves, nameof(checkpoint));
        lock (_gate)
        {
            if (checkpoint.Signed.Checkpoint.Number != _checkpoints.Count + 1)
                return Task.FromResult(false);
            _checkpoints.Add(checkpoint);
            return Task.FromResult(true);
        }
    }
}
