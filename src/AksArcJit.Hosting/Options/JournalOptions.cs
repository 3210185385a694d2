using Microsoft.Extensions.Options;

namespace AksArcJit.Hosting.Options;

/// <summary>Section <c>journal</c>: which store. The section of the kind's name holds the rest.</summary>
public sealed class JournalOptions
{
    public const string Section = "journal";
    public const string Sqlite = "sqlite";
    public const string Tables = "tables";

    /// <summary><c>sqlite</c> or <c>tables</c>.</summary>
    public string Kind { get; set; } = Sqlite;
}

internal sealed class JournalOptionsValidation : IValidateOptions<JournalOptions>
{
    public ValidateOptionsResult Validate(string? name, JournalOptions options) => options.Kind is JournalOptions.Sqlite or JournalOptions.Tables
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"journal.kind: \"{JournalOptions.Sqlite}\" or \"{JournalOptions.Tables}\".");
}
