using System.Security.Cryptography;
using AksArcJit.Broker.Ports;
using AksArcJit.Hosting;
using AksArcJit.Hosting.Options;
using AksArcJit.Stores.Checkpoints;
using Microsoft.Extensions.Options;

namespace AksArcJit.Server.Verification;

/// <summary>The verb <c>checkpoint-key</c>: prints the public keys that an auditor needs, as PEM, the present one first.</summary>
internal static class CheckpointKeyPrint
{
    private const int Done = 0;
    private const int CouldNotRead = 1;

    public static async Task<int> RunAsync(string configFile, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        try
        {
            var options = OptionsFile.Read(configFile);
            await using var services = new ServiceCollection().AddSingleton<IConfiguration>(options).AddSingleton(TimeProvider.System).AddCheckpointStores(options).BuildServiceProvider();
            if (services.GetService<ISigner>() is not { } signer)
                throw new FormatException($"{configFile} names no checkpoint key (checkpoints.key).");
            foreach (var key in signer.FormerKeys.Prepend(await signer.PublicKeyAsync(cancellation)))
                await output.WriteLineAsync(PemEncoding.WriteString("PUBLIC KEY", key.Span));
            return Done;
        }
        catch (Exception fault) when (fault is StartRefusedException or FormatException or IOException or UnauthorizedAccessException or CryptographicException
            or ArgumentException or SignerUnavailableException or OptionsValidationException)
        {
            await errors.WriteLineAsync($"No key: {fault.Message}");
            return CouldNotRead;
        }
    }
}
