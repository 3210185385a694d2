namespace AksArcJit.Benchmarks.Journal;

/// <summary>A directory for one measurement, on the disk that TMPDIR names.</summary>
internal sealed class Place : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("aksarcjit-bench-");

    public string File(string name) => Path.Combine(_directory.FullName, name);

    public void Dispose() => _directory.Delete(recursive: true);
}
