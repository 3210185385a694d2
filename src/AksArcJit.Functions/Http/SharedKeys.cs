using System.Xml.Linq;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;

namespace AksArcJit.Functions.Http;

/// <summary>
/// Data Protection keys in a blob container, a blob each, so that what one instance protects another can read. They lie as plain as in any
/// key ring: the container is the identity's alone.
/// </summary>
public sealed class SharedKeys(BlobContainerClient container) : IXmlRepository
{
    private const string Suffix = ".xml";

    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. container.GetBlobs().Where(blob => blob.Name.EndsWith(Suffix, StringComparison.Ordinal)).Select(blob => Read(blob.Name)).OfType<XElement>()];

    /// <param name="friendlyName">Names the key, which is written once and never changed.</param>
    public void StoreElement(XElement element, string friendlyName) =>
        container.GetBlobClient(friendlyName + Suffix).Upload(BinaryData.FromString(element.ToString(SaveOptions.DisableFormatting)), overwrite: true);

    private XElement? Read(string name)
    {
        try
        {
            return XElement.Parse(container.GetBlobClient(name).DownloadContent().Value.Content.ToString());
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            return null;
        }
    }
}

internal static class SharedKeyServices
{
    /// <summary>After the HTTP edge, which keeps the keys in memory.</summary>
    /// <param name="container">Null leaves them there.</param>
    public static void AddSharedKeys(this IServiceCollection services, Uri? container)
    {
        if (container is not null)
            services.PostConfigure<KeyManagementOptions>(keys => keys.XmlRepository = new SharedKeys(new BlobContainerClient(container, new DefaultAzureCredential())));
    }
}
