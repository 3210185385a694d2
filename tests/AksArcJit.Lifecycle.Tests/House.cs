using System.Xml.Linq;

namespace AksArcJit.Lifecycle.Tests;

/// <summary>The repository as it lies on disk, found by walking up to the solution.</summary>
public static class House
{
    public static readonly string Root = FindRoot();

    /// <summary>Every project under src, with what it references; not those that a build makes below them.</summary>
    public static IReadOnlyList<SourceProject> Projects =>
        [.. Directory.GetDirectories(Path.Combine(Root, "src")).SelectMany(folder => Directory.GetFiles(folder, "*.csproj")).Order(StringComparer.Ordinal).Select(SourceProject.Read)];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AksArcJit.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds AksArcJit.sln.");
    }
}

/// <param name="Name">Without the prefix <c>AksArcJit.</c></param>
/// <param name="Packages">Other than analyzers (which stay private to the build).</param>
public sealed record SourceProject(string Name, string Folder, IReadOnlyList<string> References, IReadOnlyList<string> Packages)
{
    private const string Prefix = "AksArcJit.";

    public static SourceProject Read(string path)
    {
        var project = XDocument.Load(path);
        return new SourceProject(
            Short(path),
            Path.GetDirectoryName(path)!,
            [.. Included(project, "ProjectReference").Select(reference => Short(reference.Replace('\\', '/')))],
            [.. Included(project, "PackageReference"), .. Included(project, "FrameworkReference")]);
    }

    /// <summary>Its source text, file by file, without what the build leaves behind.</summary>
    public IEnumerable<(string File, string Text)> Sources =>
        Directory.GetFiles(Folder, "*.cs", SearchOption.AllDirectories).Concat(Directory.GetFiles(Folder, "*.razor", SearchOption.AllDirectories))
            .Where(file => !Path.GetRelativePath(Folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Select(file => (file, File.ReadAllText(file)));

    private static string Short(string path) => Path.GetFileNameWithoutExtension(path)[Prefix.Length..];

    private static IEnumerable<string> Included(XDocument project, string element) =>
        project.Descendants(element).Where(e => (string?)e.Attribute("PrivateAssets") != "all").Select(e => (string)e.Attribute("Include")!);
}
