using System.CommandLine;
using AksArcJit.Cli.Connection;

namespace AksArcJit.Cli.Audit;

/// <summary><c>aksarcjit audit</c>: everything that an auditor does, believing nothing that was not verified here.</summary>
internal static class AuditCommand
{
    public static Command Create(Surroundings surroundings, ConnectionOptions connection, OutputOption output) => new("audit", "Verify and export the journal.")
    {
        new VerifyCommand(surroundings, connection, output).Create(),
        new ExportCommand(surroundings, connection).Create(),
        new CheckpointCommand(surroundings, connection, output).Create(),
        new ShowCommand(surroundings, connection, output).Create(),
        new BundleCommand(surroundings, connection, output).Create(),
    };
}
