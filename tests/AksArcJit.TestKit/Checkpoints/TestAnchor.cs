using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.TestKit.Checkpoints;

/// <summary>An anchor in memory; away while a test says so.</summary>
public sealed class TestAnchor : IAnchor
{
    public string Name => "memory";

    public bool IsDown { get; set; }

    public IList<SignedCheckpoint> Held { get; } = [];

    public Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation) => Up(Held.Count > 0 ? Held[^1] : null);

    public Task<long?> AppendAsync(SignedCheckpoint checkpoint, DateTimeOffset at, CancellationToken cancellation)
    {
        var up = Up<long?>(Held.Count > 0 ? Held[^1].Checkpoint.Number : 0);
        Held.Add(checkpoint);
        return up;
    }

    private Task<T> Up<T>(T answer) => IsDown ? throw new AnchorUnavailableException("the anchor is away") : Task.FromResult(answer);
}
