using System.Net;
using System.Net.Sockets;
using AksArcJit.Messaging.Amqp;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Messaging.Tests.Amqp;

/// <summary>A peer that takes connections and never says a word: a broker that hangs, or a load balancer without one.</summary>
public sealed class MutePeerTests : IDisposable
{
    private readonly TcpListener _mute = new(IPAddress.Loopback, 0);

    public MutePeerTests() => _mute.Start();

    public void Dispose() => _mute.Stop();

    [Theory]
    [InlineData("amqp")]
    [InlineData("amqps")]
    public async Task Open_WhenThePeerNeverAnswers_ThenPatienceEndsIt(string scheme)
    {
        var options = new EventSourceOptions { Name = "mute", Address = $"{scheme}://127.0.0.1:{((IPEndPoint)_mute.LocalEndpoint).Port}", Entity = "tickets" };
        using var patience = new CancellationTokenSource();
        var opening = AmqpLink.OpenReceiverAsync(options, null, new SeededEntropy(1), TimeProvider.System, _ => { }, patience.Token);
        using var taken = await _mute.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        // What the client says first: it has connected, and waits for an answer.
        Assert.True(await taken.GetStream().ReadAsync(new byte[64], TestContext.Current.CancellationToken) > 0);
        await patience.CancelAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => opening.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.EndsWith("does not answer.", Assert.IsType<TimeoutException>(opening.Exception!.InnerException).Message, StringComparison.Ordinal);
    }
}
