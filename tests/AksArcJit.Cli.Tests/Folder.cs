using AksArcJit.Journal.Exports;
using AksArcJit.Journal.Tests.Verification;

namespace AksArcJit.Cli.Tests;

/// <summary>What an auditor has on disk.</summary>
internal sealed class Folder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("aksarcjit-cli-").FullName;

    public string this[string file] => System.IO.Path.Combine(Path, file);

    public string Write(string file, byte[] content)
    {
        File.WriteAllBytes(this[file], content);
        return this[file];
    }

    public string Anchor(Scene scene) => Write("anchor.ndjson", [.. scene.Anchored.SelectMany(signed => AnchorText.Line(signed))]);

    public string Key() => Write("key.pem", System.Text.Encoding.UTF8.GetBytes(Scene.Key.ToPem()));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
