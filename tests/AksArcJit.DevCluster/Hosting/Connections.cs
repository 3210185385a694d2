using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace AksArcJit.DevCluster.Hosting;

/// <summary>The open connections, so that they can be torn as a network or a dying server tears them.</summary>
internal sealed class Connections
{
    private readonly ConcurrentDictionary<string, ConnectionContext> _open = new();

    public ConnectionDelegate Track(ConnectionDelegate next) => async connection =>
    {
        _open[connection.ConnectionId] = connection;
        try
        {
            await next(connection);
        }
        finally
        {
            _open.TryRemove(connection.ConnectionId, out _);
        }
    };

    /// <param name="except">The id of a connection to spare: the one that carries the order.</param>
    public void AbortAll(string? except = null)
    {
        foreach (var (id, connection) in _open)
        {
            if (id != except)
                connection.Abort(new ConnectionAbortedException("dropped by DevCluster"));
        }
    }

    public void Abort(string id)
    {
        if (_open.TryGetValue(id, out var connection))
            connection.Abort(new ConnectionAbortedException("dropped by DevCluster"));
    }
}
