using System.Collections.Immutable;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Storage;

/// <summary>The whole state at one resourceVersion.</summary>
internal sealed record Snapshot(
    long ResourceVersion,
    ImmutableDictionary<ResourceType, ImmutableSortedDictionary<ObjectKey, StoredObject>> Objects)
{
    public static readonly Snapshot Empty =
        new(1, ImmutableDictionary<ResourceType, ImmutableSortedDictionary<ObjectKey, StoredObject>>.Empty);

    public ImmutableSortedDictionary<ObjectKey, StoredObject> All(ResourceType type) =>
        Objects.GetValueOrDefault(type, ImmutableSortedDictionary<ObjectKey, StoredObject>.Empty);

    public StoredObject? Find(ResourceType type, ObjectKey key) => All(type).GetValueOrDefault(key);

    public Snapshot With(StoredObject changed) =>
        new(changed.ResourceVersion, Objects.SetItem(changed.Type, All(changed.Type).SetItem(changed.Key, changed)));

    public Snapshot Without(StoredObject removed) =>
        new(removed.ResourceVersion, Objects.SetItem(removed.Type, All(removed.Type).Remove(removed.Key)));
}
