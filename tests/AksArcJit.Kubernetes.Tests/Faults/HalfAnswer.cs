using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AksArcJit.Kubernetes.Tests.Faults;

/// <summary>A server that promises more than it sends, and then says nothing more.</summary>
internal sealed class HalfAnswer : IDisposable
{
    // More than sockets buffer: once it is written, the client is certainly reading.
    private const int Sent = 32 << 20;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private TcpClient? _client;

    public HalfAnswer()
    {
        _listener.Start();
        Answered = AnswerAsync();
    }

    public string Url => $"http://{_listener.LocalEndpoint}";

    public Task Answered { get; }

    public void Dispose()
    {
        _listener.Dispose();
        _client?.Dispose();
    }

    private async Task AnswerAsync()
    {
        _client = await _listener.AcceptTcpClientAsync();
        var stream = _client.GetStream();
        await stream.ReadAtLeastAsync(new byte[16], 16);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 404 Not Found\r\nContent-Length: {Sent + 1}\r\n\r\n"));
        await stream.WriteAsync(new byte[Sent]);
    }
}
