using AksArcJit.Broker.Ports;
using AksArcJit.TestKit.Journal;

namespace AksArcJit.Stores.Tests;

public sealed class InMemoryConformanceTests : JournalConformance
{
    private InMemoryJournal? _store;

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(_store ??= new InMemoryJournal(Time));
}
