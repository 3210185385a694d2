using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Sqlite;

/// <summary>The embedded journal: one file, on a local disk, shared by the processes of one machine.</summary>
public sealed class SqliteJournalOptions
{
    public const string Section = "Journal:Sqlite";

    /// <summary>Path of the database, created where it does not exist; <c>-wal</c> and <c>-shm</c> files stand beside it.</summary>
    [Required(ErrorMessage = "Journal:Sqlite:File is missing; set it to the path of the journal's file, on a local disk.")]
    public string File { get; set; } = "";
}

[OptionsValidator]
internal sealed partial class SqliteJournalOptionsValidator : IValidateOptions<SqliteJournalOptions>;
