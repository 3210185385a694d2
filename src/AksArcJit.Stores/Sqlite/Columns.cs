using Microsoft.Data.Sqlite;

namespace AksArcJit.Stores.Sqlite;

/// <summary>
/// The schema lets no column be null; whoever has the file can make a table without it. What is null is empty here: the row's hash, or who
/// reads the row, tells that it is damaged, and the others are read. SQLite itself converts what is of another type.
/// </summary>
internal static class Columns
{
    public static string Text(this SqliteDataReader row, int column) => row.IsDBNull(column) ? "" : row.GetString(column);

    public static long Number(this SqliteDataReader row, int column) => row.IsDBNull(column) ? 0 : row.GetInt64(column);

    public static byte[] Bytes(this SqliteDataReader row, int column) => row.IsDBNull(column) ? [] : row.GetFieldValue<byte[]>(column);
}
