using AksArcJit.Functions.Http;
using AksArcJit.TestKit.Storage;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Moq;

namespace AksArcJit.Functions.Tests.Http;

/// <summary>Data Protection over a real blob service, as instances meet there.</summary>
public sealed class SharedKeysTests(SharedKeysTests.Blobs blobs) : IClassFixture<SharedKeysTests.Blobs>
{
    [Fact]
    public async Task Keys_WhenTwoInstancesShareAContainer_ThenEachReadsWhatTheOtherProtects()
    {
        var container = await ContainerAsync();
        using var first = Instance(container);
        using var second = Instance(container);

        var protectedByFirst = ProtectorOf(first).Protect("a session");

        Assert.Equal("a session", ProtectorOf(second).Unprotect(protectedByFirst));
        Assert.Single(new SharedKeys(container).GetAllElements());
    }

    [Fact]
    public async Task GetAllElements_WhenOtherBlobsLieThere_ThenOnlyKeysAreRead()
    {
        var container = await ContainerAsync();
        await container.UploadBlobAsync("notes.txt", BinaryData.FromString("no key"), TestContext.Current.CancellationToken);
        var keys = new SharedKeys(container);

        keys.StoreElement(new System.Xml.Linq.XElement("key", new System.Xml.Linq.XAttribute("id", 1)), "key-1");

        Assert.Equal("<key id=\"1\" />", Assert.Single(keys.GetAllElements()).ToString());
    }

    [Theory]
    [InlineData("https://account.blob.example/keys", true)]
    [InlineData(null, false)]
    public void AddSharedKeys_WhenTheEdgeKeepsKeysInMemory_ThenAContainerGoesBefore(string? container, bool isShared)
    {
        var services = new ServiceCollection();
        services.AddSharedKeys(container is null ? null : new Uri(container));
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = Mock.Of<IXmlRepository>());
        using var provider = services.BuildServiceProvider();

        Assert.Equal(isShared, provider.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository is SharedKeys);
    }

    private static IDataProtector ProtectorOf(ServiceProvider instance) => instance.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private static ServiceProvider Instance(BlobContainerClient container)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDataProtection().SetApplicationName("test");
        services.PostConfigure<KeyManagementOptions>(keys => (keys.XmlRepository, keys.XmlEncryptor) = (new SharedKeys(container), new NullXmlEncryptor()));
        return services.BuildServiceProvider();
    }

    private async Task<BlobContainerClient> ContainerAsync()
    {
        var container = new BlobContainerClient(await blobs.ConnectionAsync(), $"keys-{Guid.NewGuid():N}");
        await container.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        return container;
    }

    public sealed class Blobs() : Emulator("blob");
}
