namespace AksArcJit.Cli.Audit;

/// <summary>A file that appears when it is whole, or not at all; or standard output, which gets the same only then.</summary>
internal static class WholeFile
{
    /// <param name="path">Null for standard output.</param>
    /// <returns>Its length in bytes.</returns>
    public static async Task<long> WriteAsync(string? path, Stream standardOutput, Func<Stream, Task> write, CancellationToken cancellation)
    {
        if (path is "")
            throw new CommandFailedException("--out names no file.", "Name a file, or leave the option out.");
        var target = path is null ? Path.Combine(Path.GetTempPath(), $"aksarcjit-{Path.GetRandomFileName()}") : Path.GetFullPath(path);
        var temporary = path is null ? target : $"{target}.{Path.GetRandomFileName()}.part";
        try
        {
            long length;
            await using (var file = new FileStream(temporary, Options()))
            {
                await write(file);
                await file.FlushAsync(cancellation);
                file.Flush(flushToDisk: true);
                length = file.Length;
                if (path is null)
                {
                    file.Position = 0;
                    await file.CopyToAsync(standardOutput, cancellation);
                    await standardOutput.FlushAsync(cancellation);
                }
            }
            if (path is not null)
                File.Move(temporary, target, overwrite: true);
            return length;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{target} cannot be written: {fault.Message}", "Nothing was written. Name another file, or make room.", fault);
        }
        finally
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
        }
    }

    // Facts hold names and reasons: for whoever asked, not for everybody on the machine.
    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
