using System.Collections.Concurrent;

namespace AksArcJit.DevCluster.Requests;

/// <summary>One finished request.</summary>
/// <param name="At">UTC, when it was answered.</param>
/// <param name="User">After impersonation; "" where nobody was authenticated.</param>
/// <param name="Verb">Kubernetes verb (list, watch, create ...), or the HTTP method in lower case for a path that is no resource.</param>
/// <param name="Resource">Plural, "" for a path that is no resource.</param>
/// <param name="Code">HTTP status; 0 where the connection was dropped without one.</param>
public sealed record AuditEntry(DateTimeOffset At, string User, string Verb, string Resource, string Path, int Code);

/// <summary>Every request, newest last; the oldest are forgotten beyond the limit, the counts are not.</summary>
public sealed class RequestLog
{
    private const int Limit = 20_000;

    private readonly ConcurrentQueue<AuditEntry> _entries = new();
    private readonly ConcurrentDictionary<(string Verb, string Resource), int> _counts = new();

    public IReadOnlyList<AuditEntry> Entries => [.. _entries];

    public IReadOnlyDictionary<(string Verb, string Resource), int> Counts => _counts;

    public int Count(string verb, string resource) => _counts.GetValueOrDefault((verb, resource));

    public void Clear()
    {
        _entries.Clear();
        _counts.Clear();
    }

    internal void Add(AuditEntry entry)
    {
        _counts.AddOrUpdate((entry.Verb, entry.Resource), 1, (_, count) => count + 1);
        _entries.Enqueue(entry);
        while (_entries.Count > Limit && _entries.TryDequeue(out _))
        {
        }
    }
}
