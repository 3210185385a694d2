namespace AksArcJit.Messaging.Tests;

public sealed class OptionsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public OptionsTests() => File.WriteAllText(_file, $"whsec_{Convert.ToBase64String(new byte[32])}\n");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Options_WhenEmptyOrRight_ThenThereIsNoFault()
    {
        Assert.Empty(Faults(new EventOptions()));
        Assert.Empty(Faults(new EventOptions
        {
            Sources =
            [
                new() { Name = "bus", Address = "amqps://contoso.servicebus.windows.net", Entity = "tickets/Subscriptions/aksarcjit" },
                new() { Name = "rabbit", Kind = "amqp", Address = "amqp://127.0.0.1:5672", Entity = "/amq/queue/tickets", User = "u", PasswordFile = _file },
            ],
            Webhook = new() { Keys = [new() { Name = "servicenow", KeyFile = _file }, new() { Name = "servicenow", KeyFile = _file }] },
            Outlets =
            [
                // A source and an outlet may share a name: they are told apart everywhere.
                new() { Name = "bus", Address = "amqps://contoso.servicebus.windows.net", Entity = "facts", Mode = "structured" },
                new() { Name = "hook", Kind = "webhook", Url = "https://siem.example/facts?tenant=1", KeyFiles = [_file, _file] },
            ],
        }));
    }

    [Fact]
    public void Outlets_WhenWrongEverywhere_ThenEveryFaultIsToldAtOnce()
    {
        var faults = Faults(new EventOptions
        {
            Outlets =
            [
                new() { Name = "No name", Kind = "kafka", Address = "amqp://broker.example", Mode = "both", Url = "https://x" },
                new() { Name = "twin", Kind = "webhook", Url = "http://siem.example", Address = "amqps://x" },
                new() { Name = "twin", Kind = "webhook", Url = "https://u:p@siem.example", KeyFiles = ["/nowhere"] },
            ],
        });
        string[] expected =
        [
            "outlets[0].name", "outlets[0].kind", "outlets[0].mode", "outlets[0].address", "outlets[0].entity", "outlets[0].url, keyFiles",
            "outlets[1].url", "outlets[1].keyFiles: one file", "outlets[1].address, entity", "outlets[2].url", "outlets[2].keyFiles: '/nowhere'", "'twin'",
        ];
        Assert.All(expected, one => Assert.Contains(faults, fault => fault.Contains(one, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, faults.Count);
    }

    [Fact]
    public void Options_WhenWrongEverywhere_ThenEveryFaultIsToldAtOnce()
    {
        File.WriteAllText(_file, "whsec_c2hvcnQ=");
        var faults = Faults(new EventOptions
        {
            Sources =
            [
                new() { Name = "No name", Kind = "kafka", Address = "amqp://broker.example", Entity = "", Credit = 0, SasKeyName = "listen" },
                new() { Name = "twin", Address = "https://x", Entity = "q", User = "u", PasswordFile = "/nowhere", CaFile = "/nowhere" },
                new() { Name = "twin", Kind = "amqp", Address = "amqps://u:p@broker", Entity = "q", SasKeyName = "n", SasKeyFile = _file, User = "u" },
            ],
            Webhook = new() { Tolerance = "P1D", Keys = [new() { Name = "s", KeyFile = _file }, new() { Name = "s", KeyFile = "", Customers = ["a"] }, new() { Name = "", KeyFile = _file }] },
        });
        string[] expected =
        [
            "sources[0].name", "sources[0].kind", "sources[0].address", "sources[0].entity", "sources[0].credit", "sources[0].sasKeyName",
            "sources[1].address", "sources[1].user, passwordFile, virtualHost", "sources[1].passwordFile", "sources[1].caFile",
            "sources[2].address", "sources[2].sasKeyName", "sources[2].user, passwordFile", "'twin'", "webhook.tolerance",
            "webhook.keys[0].keyFile", "webhook.keys[1].keyFile", "webhook.keys[2].name", "webhook.keys[2].keyFile", "the keys of 's'",
        ];
        Assert.All(expected, one => Assert.Contains(faults, fault => fault.Contains(one, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, faults.Count);
    }

    private static List<string> Faults(EventOptions options) => [.. new EventOptionsValidation().Validate(null, options).Failures ?? []];
}
