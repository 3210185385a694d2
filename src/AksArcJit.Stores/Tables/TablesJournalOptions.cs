using System.ComponentModel.DataAnnotations;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Tables;

/// <summary>The journal in a storage account's tables. Exactly one of <see cref="ConnectionString"/> and <see cref="Endpoint"/> is set.</summary>
public sealed class TablesJournalOptions : IValidatableObject
{
    public const string Section = "Journal:Tables";

    /// <summary>Holds a key, so it is for Azurite and development.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The account's table endpoint, <c>https://&lt;account&gt;.table.core.windows.net</c>, entered with the host's own identity (DefaultAzureCredential).</summary>
    public Uri? Endpoint { get; set; }

    /// <summary>Put before each table's name, so that installations (and tests) can share an account.</summary>
    [RegularExpression("^([A-Za-z][A-Za-z0-9]{0,30})?$", ErrorMessage = "Journal:Tables:Prefix must be empty or 1 to 31 letters and digits, a letter first.")]
    public string Prefix { get; set; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(ConnectionString) == (Endpoint is null))
            yield return new ValidationResult(
                "Set exactly one of Journal:Tables:Endpoint (in Azure) and Journal:Tables:ConnectionString (for the Azurite emulator).",
                [nameof(ConnectionString), nameof(Endpoint)]);
        if (!string.IsNullOrWhiteSpace(ConnectionString) && !ConnectionText.IsUsable(() => new TableServiceClient(ConnectionString)))
            yield return new ValidationResult(
                "Journal:Tables:ConnectionString names no storage account; take one from the account's access keys, or UseDevelopmentStorage=true for the Azurite emulator.",
                [nameof(ConnectionString)]);
        if (Endpoint is { } endpoint && (!endpoint.IsAbsoluteUri || endpoint.Scheme != Uri.UriSchemeHttps))
            yield return new ValidationResult("Journal:Tables:Endpoint must be an absolute https address.", [nameof(Endpoint)]);
    }
}

[OptionsValidator]
internal sealed partial class TablesJournalOptionsValidator : IValidateOptions<TablesJournalOptions>;
