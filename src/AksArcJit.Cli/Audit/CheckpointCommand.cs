using System.CommandLine;
using AksArcJit.Cli.Connection;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Cli.Audit;

/// <summary><c>audit checkpoint</c>: the newest checkpoint, after all of them were verified from the first on.</summary>
internal sealed class CheckpointCommand(Surroundings surroundings, ConnectionOptions connection, OutputOption output)
{
    private readonly Option<string?> file = new("--out") { Description = "Also write all checkpoints with their leaves to this file, to verify bundles offline", HelpName = "FILE" };
    private readonly TrustOptions trust = new();

    public Command Create()
    {
        var command = new Command("checkpoint", "Verify the checkpoints and show the newest. Exit codes as of verify.") { file };
        trust.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var keys = trust.ReadKeys(parsed);
        try
        {
            var anchor = await trust.ReadAnchorAsync(parsed, keys, cancellation);
            using var broker = connection.Connect(parsed);
            var damages = new List<Damage>();
            using var verifier = new JournalVerifier(anchor, keys, damages.Add);
            var log = new JournalSource.LiveLog(broker);
            if (parsed.GetValue(file) is { } path)
                await WholeFile.WriteAsync(path, surroundings.Bytes, async stream =>
                {
                    await using var export = ExportFormat.Of("ndjson", stream);
                    await foreach (var row in log.ReadAsync(cancellation))
                    {
                        verifier.Take(row);
                        await export.WriteAsync(row, cancellation);
                    }
                    await export.EndAsync(log.IsWhole, cancellation);
                }, cancellation);
            else
                await foreach (var row in log.ReadAsync(cancellation))
                    verifier.Take(row);
            var report = verifier.FinishCheckpoints();
            if (output.IsJson(parsed))
            {
                await surroundings.Out.WriteLineAsync(CliJson.Write(VerdictView.Of(report, damages, null)));
            }
            else
            {
                foreach (var damage in damages)
                    await surroundings.Out.WriteLineAsync(VerdictText.Of(damage));
                await surroundings.Out.WriteLineAsync(report.Horizon is { } newest
                    ? $"checkpoint {newest.Checkpoint}\ntaken      {VerdictText.Time(newest.At)}\ncovers     all until {VerdictText.Time(newest.CoversUntil)}\n"
                        + $"anchored   {(newest.AnchoredCheckpoint is { } anchored ? $"up to checkpoint {anchored}" : "not known: pass --anchor")}\nkey        {newest.KeyId}"
                    : "There is no checkpoint that holds.");
            }
            return damages.Count > 0 ? ExitCodes.Damaged : report.Horizon is null ? ExitCodes.Failed : ExitCodes.Done;
        }
        finally
        {
            keys.ForEach(key => key.Dispose());
        }
    }
}
