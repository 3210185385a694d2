namespace AksArcJit.DevCluster.Hosting;

/// <summary>Files that hold tokens and keys: whole or not at all, and for their owner alone.</summary>
internal static class PrivateFile
{
    public static void Write(string path, byte[] content)
    {
        var fresh = $"{path}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(fresh, options))
            file.Write(content);
        File.Move(fresh, path, overwrite: true);
    }
}
