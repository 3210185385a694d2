using System.Net;
using System.Net.Sockets;
using AksArcJit.Broker.Ports;

namespace AksArcJit.Kubernetes.Tests.Faults;

public sealed partial class FaultTests
{
    /// <summary>An address where nothing listens, held so that nobody else begins to.</summary>
    private Reserved Unreachable()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new Reserved(socket, _ground.OpenAt($"http://{socket.LocalEndPoint}", _clock));
    }

    private sealed record Reserved(Socket Socket, ICluster Cluster) : IDisposable
    {
        public void Dispose() => Socket.Dispose();
    }
}
