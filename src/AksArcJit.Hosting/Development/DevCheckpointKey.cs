using System.Security.Cryptography;

namespace AksArcJit.Hosting.Development;

/// <summary>With <c>--dev</c>, a checkpoint key that the options name and that is not there yet is made.</summary>
internal static class DevCheckpointKey
{
    /// <returns>True where it was made.</returns>
    public static bool Ensure(string file)
    {
        if (File.Exists(file))
            return false;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(new FileStream(file, options));
        writer.WriteLine(key.ExportPkcs8PrivateKeyPem());
        return true;
    }
}
