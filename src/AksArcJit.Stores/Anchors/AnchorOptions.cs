using Azure.Storage.Blobs;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Anchors;

/// <summary>Where checkpoints are kept outside the journal; any number of the kinds may be set.</summary>
public sealed class AnchorOptions
{
    public const string Section = "Checkpoints:Anchors";

    /// <summary>A file to which checkpoints are appended, one NDJSON line each: on a disk that those who can write the journal cannot write.</summary>
    public string File { get; set; } = "";

    public BlobAnchorOptions Blob { get; set; } = new();
}

/// <summary>Append blobs of one container, in another account than the journal's. Set <see cref="Container"/>, or both of the other two for the emulator.</summary>
public sealed class BlobAnchorOptions
{
    /// <summary>
    /// The container's address, entered with the host's own identity (DefaultAzureCredential). Give it a time-based retention policy that
    /// allows protected appends (<c>allowProtectedAppendWrites</c>): what is written can then be added to, and nothing else.
    /// </summary>
    public Uri? Container { get; set; }

    /// <summary>Holds a key, so it is for Azurite and development.</summary>
    public string ConnectionString { get; set; } = "";

    public string ContainerName { get; set; } = "";
}

internal sealed class AnchorOptionsValidation : IValidateOptions<AnchorOptions>
{
    public ValidateOptionsResult Validate(string? name, AnchorOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(AnchorOptions options)
    {
        if (options.File.Length > 0 && Directory.Exists(options.File))
            yield return $"checkpoints.anchors.file: '{options.File}' is a directory; name a file in it.";
        var blob = options.Blob;
        if (blob.Container is not null && blob.ConnectionString.Length > 0)
            yield return "checkpoints.anchors.blob: set container (in Azure) or connectionString (for the Azurite emulator), not both.";
        if (blob.Container is { } container && (!container.IsAbsoluteUri || container.Scheme != Uri.UriSchemeHttps || container.Segments.Length != 2))
            yield return "checkpoints.anchors.blob.container: the container's absolute https address, https://<account>.blob.core.windows.net/<container>.";
        if (blob.ConnectionString.Length > 0 && !ConnectionText.IsUsable(() => new BlobServiceClient(blob.ConnectionString)))
            yield return "checkpoints.anchors.blob.connectionString: it names no storage account; take one from the account's access keys, or UseDevelopmentStorage=true for the Azurite emulator.";
        if (blob.ConnectionString.Length > 0 && blob.ContainerName.Length == 0)
            yield return "checkpoints.anchors.blob.containerName: name the container in that account.";
    }
}
