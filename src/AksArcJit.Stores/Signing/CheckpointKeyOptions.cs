using System.Security.Cryptography;
using AksArcJit.Journal.Checkpoints;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Signing;

/// <summary>The key that signs checkpoints: at most one of <see cref="File"/> and <see cref="Vault"/>. With neither there are no checkpoints.</summary>
public sealed class CheckpointKeyOptions
{
    public const string Section = "Checkpoints:Key";

    /// <summary>A PEM file with an ECDSA private key on P-256. Whoever has it can sign a forged history; the journal's store never holds it.</summary>
    public string File { get; set; } = "";

    /// <summary>
    /// An EC key on P-256 in Azure Key Vault by its identifier with version, <c>https://&lt;vault&gt;.vault.azure.net/keys/&lt;name&gt;/&lt;version&gt;</c>,
    /// entered with the host's own identity (DefaultAzureCredential); it needs the permissions get and sign.
    /// </summary>
    public Uri? Vault { get; set; }

    /// <summary>PEM files with the public keys that signed before this one, so that verification knows them.</summary>
    public IList<string> Former { get; set; } = [];
}

internal sealed class CheckpointKeyOptionsValidation : IValidateOptions<CheckpointKeyOptions>
{
    public ValidateOptionsResult Validate(string? name, CheckpointKeyOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(CheckpointKeyOptions options)
    {
        if (options.File.Length > 0 && options.Vault is not null)
            yield return "checkpoints.key: set file or vault, not both.";
        if (options.File.Length > 0 && !IsPrivateKey(options.File))
            yield return $"checkpoints.key.file: '{options.File}' is no PEM file with an ECDSA private key on P-256 that the user '{Environment.UserName}', as whom this process runs, may read (openssl ecparam -name prime256v1 -genkey -noout -out FILE).";
        foreach (var former in options.Former.Where(file => !IsPublicKey(file)))
            yield return $"checkpoints.key.former: '{former}' is no PEM file with an ECDSA public key on P-256.";
        if (options.Vault is { } vault && (!vault.IsAbsoluteUri || vault.Scheme != Uri.UriSchemeHttps || vault.Segments is not ["/", "keys/", _, _] || vault.Segments[^1].EndsWith('/')))
            yield return "checkpoints.key.vault: the key's identifier with its version, https://<vault>.vault.azure.net/keys/<name>/<version>.";
    }

    private static bool IsPublicKey(string file)
    {
        try
        {
            using var key = CheckpointKey.FromPem(System.IO.File.ReadAllText(file));
            return true;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or FormatException)
        {
            return false;
        }
    }

    private static bool IsPrivateKey(string file)
    {
        try
        {
            using var key = PemSigner.Load(file);
            return true;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}
