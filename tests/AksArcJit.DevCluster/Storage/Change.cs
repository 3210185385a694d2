using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Storage;

/// <summary>
/// One write: what the object was before (null: it was not) and, in a delete, its last state under the delete's own
/// resourceVersion, as the real server's DELETED events show it.
/// </summary>
internal sealed record Change(StoredObject Object, StoredObject? Before, bool Deleted, Snapshot After)
{
    public long ResourceVersion => Object.ResourceVersion;
}
