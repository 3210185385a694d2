using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Storage;

/// <summary>Writes that become visible together, or, when the work throws or was only a dry run, never.</summary>
internal sealed class Transaction(Snapshot start)
{
    private readonly List<Change> _changes = [];

    public Snapshot Now { get; private set; } = start;

    public IReadOnlyList<Change> Changes => _changes;

    public StoredObject Put(ResourceType type, JsonObject body)
    {
        body["metadata"]!["resourceVersion"] = NextVersion();
        var written = StoredObject.Of(type, body);
        var before = Now.Find(type, written.Key);
        Now = Now.With(written);
        _changes.Add(new(written, before, Deleted: false, Now));
        return written;
    }

    public StoredObject Remove(StoredObject existing)
    {
        var last = existing.Read();
        last["metadata"]!["resourceVersion"] = NextVersion();
        var removed = StoredObject.Of(existing.Type, last);
        Now = Now.Without(removed);
        _changes.Add(new(removed, existing, Deleted: true, Now));
        return removed;
    }

    private string NextVersion() => (Now.ResourceVersion + 1).ToString();
}
