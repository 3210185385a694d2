using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Stores.Anchors;
using AksArcJit.Stores.Signing;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Checkpoints;

public static class CheckpointServices
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The signer and the anchors that the options name: <see cref="CheckpointKeyOptions"/> and <see cref="AnchorOptions"/>. None where they name none.</summary>
    public static IServiceCollection AddCheckpointStores(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CheckpointKeyOptions>().BindConfiguration(CheckpointKeyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CheckpointKeyOptions>, CheckpointKeyOptionsValidation>();
        services.AddOptions<AnchorOptions>().BindConfiguration(AnchorOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AnchorOptions>, AnchorOptionsValidation>();

        // Known before the container is built, because whether there is a signer decides what else there is. Faults in it are told by the validation.
        if (configuration[$"{CheckpointKeyOptions.Section}:File"] is { Length: > 0 } || configuration[$"{CheckpointKeyOptions.Section}:Vault"] is { Length: > 0 })
            services.AddSingleton(provider => Signer(provider.GetRequiredService<IOptions<CheckpointKeyOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        if (configuration[$"{AnchorOptions.Section}:File"] is { Length: > 0 })
            services.AddSingleton<IAnchor>(provider => new FileAnchor(
                provider.GetRequiredService<IOptions<AnchorOptions>>().Value.File, provider.GetRequiredService<CheckpointTrust>().IsOurs));
        if (configuration.GetSection($"{AnchorOptions.Section}:Blob").Exists())
            services.AddSingleton<IAnchor>(provider => new BlobAnchor(
                Container(provider.GetRequiredService<IOptions<AnchorOptions>>().Value.Blob), provider.GetRequiredService<CheckpointTrust>().IsOurs));
        return services;
    }

    private static ISigner Signer(CheckpointKeyOptions options, TimeProvider time)
    {
        var former = new List<ReadOnlyMemory<byte>>();
        foreach (var file in options.Former)
        {
            using var key = CheckpointKey.FromPem(File.ReadAllText(file));
            former.Add(key.PublicKey);
        }
        return options.Vault is { } vault
            ? new KeyVaultSigner(vault, former, new DefaultAzureCredential(), new HttpClient { Timeout = Patience }, time)
            : new PemSigner(options.File, former);
    }

    private static BlobContainerClient Container(BlobAnchorOptions options)
    {
        var client = new BlobClientOptions();
        client.Retry.MaxRetries = 2;
        client.Retry.NetworkTimeout = Patience;
        return options.Container is { } container
            ? new BlobContainerClient(container, new DefaultAzureCredential(), client)
            : new BlobContainerClient(options.ConnectionString, options.ContainerName, client);
    }
}
