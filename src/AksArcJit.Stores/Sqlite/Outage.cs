using AksArcJit.Broker.Ports;
using Microsoft.Data.Sqlite;

namespace AksArcJit.Stores.Sqlite;

/// <summary>What counts as a journal that cannot be reached: a full or broken disk, a lock that is not given up, a file that is no database.</summary>
internal static class Outage
{
    public static bool Is(Exception fault) => fault is SqliteException or IOException or UnauthorizedAccessException;

    public static JournalUnavailableException From(Exception fault) =>
        new($"The journal's file did not do its work: {fault.Message}", fault);
}
