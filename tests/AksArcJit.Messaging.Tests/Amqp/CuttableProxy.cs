using System.Net;
using System.Net.Sockets;

namespace AksArcJit.Messaging.Tests.Amqp;

/// <summary>Relays TCP on loopback until it is cut: both ends then see the connection reset, in the middle of whatever they were saying.</summary>
public sealed class CuttableProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _to;
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = [];

    public CuttableProxy(int to)
    {
        _to = to;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections { get; private set; }

    /// <summary>While true, who connects is reset at once.</summary>
    public bool IsClosed { get; set; }

    public void Cut()
    {
        lock (_gate)
        {
            foreach (var socket in _sockets)
            {
                // Without lingering: a reset, not a goodbye.
                socket.Close(0);
            }
            _sockets.Clear();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync();
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                near.NoDelay = true;
                if (IsClosed)
                {
                    near.Dispose();
                    continue;
                }
                await far.ConnectAsync(IPAddress.Loopback, _to);
                lock (_gate)
                {
                    Connections++;
                    _sockets.AddRange([near, far]);
                }
                _ = RelayAsync(near, far);
                _ = RelayAsync(far, near);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private static async Task RelayAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int length;
            while ((length = await from.ReceiveAsync(buffer)) > 0)
                await to.SendAsync(buffer.AsMemory(0, length));
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
