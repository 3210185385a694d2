namespace AksArcJit.Stores.Tests.Sqlite;

/// <summary>A directory of its own for one test.</summary>
internal sealed class Folder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("aksarcjit-");

    public string File => Path.Combine(_directory.FullName, "sub", "journal.db");

    public void Dispose() => _directory.Delete(recursive: true);
}
