using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Rbac;
using AksArcJit.DevCluster.Storage;
using AksArcJit.DevCluster.Tokens;

namespace AksArcJit.DevCluster.Requests;

/// <summary>create, update, patch, delete and deletecollection. Each is one transaction of the store.</summary>
internal sealed class ObjectWrites(ObjectStore store, Authorizer authorizer, EscalationGuard guard, TimeProvider clock)
{
    private const string SuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    // Fields that the server owns: what a client sends in them is replaced by what is stored.
    private static readonly string[] OfGarbageCollection = ["foregroundDeletion", "orphan"];
    private static readonly string[] OwnedByServer = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName"];

    public Answer Create(Identity user, ResourceType type, RequestInfo info, RequestBody body, bool dryRun) =>
        Answer.Created(Write(transaction => Insert(transaction, user, type, info.Namespace, Sent(type, body)), dryRun));

    public Answer Update(Identity user, ResourceType type, RequestInfo info, RequestBody body, bool dryRun)
    {
        var sent = Sent(type, body);
        return Write(transaction =>
        {
            CheckName(sent, info);
            if (transaction.Now.Find(type, KeyOf(type, info)) is { } existing)
                return Answer.Ok(Replace(transaction, user, existing, sent));
            // The RBAC types may be created by an update; that needs the verb create, too.
            if (!type.IsRbac)
                throw Refusals.NotFound(type, info.Name);
            if (sent.Object("metadata").Text("uid") is { Length: > 0 } uid)
                throw Refusals.Conflict(type, info.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: ");
            if (sent.Object("metadata").Text("resourceVersion").Length > 0)
                throw Refusals.NotFound(type, info.Name);
            var access = (info with { Verb = "create" }).AccessOf(user);
            if (authorizer.Authorize(access) is { Allowed: false } decision)
                throw access.Refused(decision);
            return Answer.Created(Insert(transaction, user, type, info.Namespace, sent));
        }, dryRun);
    }

    public Answer Patch(Identity user, ResourceType type, RequestInfo info, RequestBody body, bool dryRun) => Write(transaction =>
    {
        var existing = transaction.Now.Find(type, KeyOf(type, info)) ?? throw Refusals.NotFound(type, info.Name);
        var original = existing.Read();
        original["metadata"]!.AsObject().Remove("resourceVersion");
        var patched = Patches.Apply(body.ContentType, original, Json.Parse(body.Bytes.Span));
        CheckType(type, patched);
        CheckName(patched, info);
        return Answer.Ok(Replace(transaction, user, existing, patched));
    }, dryRun);

    public Answer Delete(ResourceType type, RequestInfo info, DeleteOptions options) => Write(transaction =>
    {
        var existing = transaction.Now.Find(type, KeyOf(type, info)) ?? throw Refusals.NotFound(type, info.Name);
        options.CheckPreconditions(existing);
        var kept = Remove(transaction, existing, options.IsBackground);
        return kept is not null ? Answer.Ok(kept) : Answer.Ok(Success(existing));
    }, options.DryRun);

    public Answer DeleteCollection(ResourceType type, RequestInfo info, ListOptions selection, DeleteOptions options) => Write(transaction =>
    {
        var inNamespace = type.Namespaced ? info.Namespace : "";
        var selected = transaction.Now.All(type).Values.Where(stored => selection.Matches(stored, inNamespace)).ToArray();
        foreach (var stored in selected)
            Remove(transaction, stored, options.IsBackground);
        return new Answer(200, ObjectReads.ListOf(type, selected, ObjectReads.Metadata(transaction.Now.ResourceVersion)));
    }, options.DryRun);

    /// <summary>Puts an object as the server itself does at start: no caller, no escalation check.</summary>
    public StoredObject Seed(ResourceType type, JsonObject body) =>
        Write(transaction => Insert(transaction, Identity.Of("system:apiserver", Identity.Masters), type, body.Object("metadata").Text("namespace"), body), false);

    private T Write<T>(Func<Transaction, T> work, bool dryRun) => store.Write(
        transaction =>
        {
            var result = work(transaction);
            Aggregation.Apply(transaction);
            return result;
        },
        dryRun);

    private StoredObject Insert(Transaction transaction, Identity user, ResourceType type, string inNamespace, JsonObject body)
    {
        var metadata = Metadata(body);
        if (metadata.Text("resourceVersion").Length > 0)
            throw new StatusException(500, "", "resourceVersion should not be set on objects to be created");
        if (type.Namespaced)
        {
            if (metadata.Text("namespace") is { Length: > 0 } own && own != inNamespace)
                throw Refusals.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
            metadata["namespace"] = inNamespace;
            if (!transaction.Now.All(ResourceTypes.Namespace).TryGetValue(new("", inNamespace), out var around))
                throw Refusals.NotFound(ResourceTypes.Namespace, inNamespace);
            if (around.Read()["metadata"]!.AsObject().ContainsKey("deletionTimestamp"))
                throw Refusals.NamespaceTerminating(type, metadata.Text("name"), inNamespace);
        }
        else
        {
            metadata.Remove("namespace");
        }
        if (metadata.Text("name").Length == 0 && metadata.Text("generateName") is { Length: > 0 } prefix)
            metadata["name"] = prefix + RandomNumberGenerator.GetString(SuffixAlphabet, 5);
        Validation.SetDefaults(type, body);
        Validation.Check(type, body);
        guard.Check(user, type, body, before: null);

        var key = new ObjectKey(type.Namespaced ? inNamespace : "", metadata.Text("name"));
        if (transaction.Now.Find(type, key) is not null)
            throw Refusals.AlreadyExists(type, key.Name);
        metadata.Remove("deletionTimestamp");
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Now();
        if (type == ResourceTypes.Namespace)
        {
            metadata["labels"] ??= new JsonObject();
            metadata["labels"]!["kubernetes.io/metadata.name"] = key.Name;
            body["status"] = new JsonObject { ["phase"] = "Active" };
        }
        return transaction.Put(type, body);
    }

    private StoredObject Replace(Transaction transaction, Identity user, StoredObject existing, JsonObject body)
    {
        var (type, name) = (existing.Type, existing.Key.Name);
        var metadata = Metadata(body);
        var before = existing.Read();
        var stored = before["metadata"]!.AsObject();
        if (metadata.Text("uid") is { Length: > 0 } uid && uid != existing.Uid)
            throw Refusals.Conflict(type, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {existing.Uid}");
        if (metadata.Text("resourceVersion") is { Length: > 0 } version && version != existing.ResourceVersion.ToString())
            throw Refusals.Modified(type, name);
        metadata["resourceVersion"] = existing.ResourceVersion.ToString();
        metadata["name"] = name;
        if (type.Namespaced)
            metadata["namespace"] = existing.Key.Namespace;
        foreach (var field in OwnedByServer)
        {
            if (stored[field] is { } value)
                metadata[field] = value.DeepClone();
            else
                metadata.Remove(field);
        }
        Validation.SetDefaults(type, body);
        Validation.Check(type, body);
        Validation.CheckUpdate(type, body, before);
        guard.Check(user, type, body, before);

        // The last finalizer of an object that waits for its deletion is the deletion.
        if (metadata.ContainsKey("deletionTimestamp") && metadata.Texts("finalizers").Length == 0)
            return transaction.Remove(existing);
        return JsonNode.DeepEquals(body, before) ? existing : transaction.Put(type, body);
    }

    /// <returns>The object where finalizers keep it for now; null when it is gone.</returns>
    private StoredObject? Remove(Transaction transaction, StoredObject existing, bool isBackground)
    {
        var body = existing.Read();
        var metadata = body["metadata"]!.AsObject();
        var before = metadata.Texts("finalizers");
        string[] finalizers = [.. before.Where(finalizer => !isBackground || !OfGarbageCollection.Contains(finalizer))];
        if (finalizers.Length > 0)
        {
            if (metadata.ContainsKey("deletionTimestamp") && finalizers.Length == before.Length)
                return existing;
            metadata["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => (JsonNode)finalizer)]);
            metadata["deletionTimestamp"] = Now();
            metadata["deletionGracePeriodSeconds"] = 0;
            return transaction.Put(existing.Type, body);
        }
        if (existing.Type == ResourceTypes.Namespace)
            EmptyNamespace(transaction, existing.Key.Name);
        transaction.Remove(existing);
        return null;
    }

    private static void EmptyNamespace(Transaction transaction, string name)
    {
        foreach (var type in ResourceTypes.All.Where(type => type.Namespaced))
            foreach (var stored in transaction.Now.All(type).Values.Where(stored => stored.Key.Namespace == name).ToArray())
                transaction.Remove(stored);
    }

    private static JsonObject Sent(ResourceType type, RequestBody body)
    {
        var sent = body.ReadObject();
        CheckType(type, sent);
        return sent;
    }

    private static void CheckType(ResourceType type, JsonObject body)
    {
        if (body.Text("apiVersion") is { Length: > 0 } version && version != type.ApiVersion)
            throw Refusals.BadRequest($"the API version in the data ({version}) does not match the expected API version ({type.ApiVersion})");
        if (body.Text("kind") is { Length: > 0 } kind && kind != type.Kind)
            throw Refusals.BadRequest($"{kind} in version \"{ResourceType.Version}\" cannot be handled as a {type.Kind}");
        body["kind"] = type.Kind;
        body["apiVersion"] = type.ApiVersion;
    }

    private static void CheckName(JsonObject body, RequestInfo info)
    {
        var name = Metadata(body).Text("name");
        if (name.Length > 0 && name != info.Name)
            throw Refusals.BadRequest($"the name of the object ({name}) does not match the name on the URL ({info.Name})");
        body["metadata"]!["name"] = info.Name;
    }

    private static JsonObject Metadata(JsonObject body)
    {
        if (body.Object("metadata") is { } found)
            return found;
        var metadata = new JsonObject();
        body["metadata"] = metadata;
        return metadata;
    }

    private static ObjectKey KeyOf(ResourceType type, RequestInfo info) => new(type.Namespaced ? info.Namespace : "", info.Name);

    private static JsonObject Success(StoredObject deleted)
    {
        var details = new JsonObject { ["name"] = deleted.Key.Name };
        if (deleted.Type.Group.Length > 0)
            details["group"] = deleted.Type.Group;
        details["kind"] = deleted.Type.Plural;
        details["uid"] = deleted.Uid;
        return new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        };
    }

    private string Now() => clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
}
