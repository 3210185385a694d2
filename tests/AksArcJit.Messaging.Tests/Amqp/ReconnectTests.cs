using System.Globalization;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Messaging.Tests.Amqp;

public sealed class ReconnectTests
{
    private readonly World _world = new();

    [Fact]
    public async Task Listen_WhenTheBrokerIsLongAway_ThenItIsTriedEvery5sAtMost()
    {
        using var proxy = new CuttableProxy(1) { IsClosed = true };
        var options = new EventSourceOptions { Name = "ear", Address = $"amqp://127.0.0.1:{proxy.Port}", Entity = "tickets" };
        await using var ear = new Ear(_world.Broker).Listen(options);
        await Waiting.UntilAsync(() => ear.Log.Entries.Count >= 10, () => _world.Time.Advance(TimeSpan.FromMilliseconds(250)));

        var pauses = ear.Log.Entries.Select(entry => TimeSpan.Parse(entry.Text.Split("next try in ")[1].Split(": ")[0], CultureInfo.InvariantCulture)).ToList();
        Assert.All(pauses, pause => Assert.InRange(pause, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(5)));
    }
}
