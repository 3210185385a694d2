using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Storage;

/// <summary>
/// The state as JSON lines: the resourceVersion, each object, then each write as it happens. Survives a kill of the process
/// (not of the machine: nothing is fsynced). A last line without its newline was being written by the killed process, and
/// was never answered; it is dropped.
/// </summary>
internal sealed class StateFile(string path) : IDisposable
{
    // One process per state: a second one fails here, before it touches anything.
    private readonly FileStream _lock = new(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    private FileStream? _log;

    /// <returns>Null where there is no state yet.</returns>
    public Snapshot? Load()
    {
        var found = File.Exists(path) ? Replay(File.ReadAllText(path)) : null;
        Rewrite(found ?? Snapshot.Empty);
        return found;
    }

    public void Append(IEnumerable<Change> changes)
    {
        var lines = new StringBuilder();
        foreach (var change in changes)
            lines.Append(Line(change.Deleted ? "deleted" : "put", change.Object)).Append('\n');
        _log!.Write(Encoding.UTF8.GetBytes(lines.ToString()));
        _log.Flush();
    }

    public void Dispose()
    {
        _log?.Dispose();
        _lock.Dispose();
    }

    private static Snapshot? Replay(string text)
    {
        var complete = text[..(text.LastIndexOf('\n') + 1)];
        var lines = complete.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 2)
            return null;
        var state = Snapshot.Empty with { ResourceVersion = (long)JsonNode.Parse(lines[0])!["resourceVersion"]! };
        foreach (var line in lines.Skip(1))
        {
            var entry = JsonNode.Parse(line)!.AsObject();
            var body = entry["object"]!.AsObject();
            var stored = StoredObject.Of(ResourceTypes.OfKind((string)body["apiVersion"]!, (string)body["kind"]!), body);
            var next = (string)entry["write"]! == "deleted" ? state.Without(stored) : state.With(stored);
            state = next with { ResourceVersion = Math.Max(state.ResourceVersion, stored.ResourceVersion) };
        }
        return state;
    }

    private void Rewrite(Snapshot state)
    {
        var fresh = path + ".new";
        var lines = new StringBuilder($$"""{"resourceVersion":{{state.ResourceVersion}}}""").Append('\n');
        foreach (var stored in state.Objects.Values.SelectMany(objects => objects.Values))
            lines.Append(Line("put", stored)).Append('\n');
        File.WriteAllText(fresh, lines.ToString());
        File.Move(fresh, path, overwrite: true);
        _log = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    private static string Line(string write, StoredObject stored) =>
        $$"""{"write":"{{write}}","object":{{Encoding.UTF8.GetString(stored.Typed.Span)}}}""";
}
