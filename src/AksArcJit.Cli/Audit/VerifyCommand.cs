using System.CommandLine;
using AksArcJit.Cli.Connection;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Cli.Audit;

/// <summary><c>audit verify</c>: the live journal, an export, or an evidence bundle, recomputed here.</summary>
internal sealed class VerifyCommand(Surroundings surroundings, ConnectionOptions connection, OutputOption output)
{
    private readonly Argument<FileInfo?> file = new("file") { Description = "An export (.ndjson) or an evidence bundle (.zip); without it the live journal", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<FileInfo?> checkpoints = new("--checkpoints")
    {
        Description = "With a bundle: all checkpoints, as 'audit checkpoint --out FILE' or an export holds them; tells whether later facts were left out. With --server they come from the broker",
        HelpName = "FILE",
    };

    private readonly TrustOptions trust = new();

    public Command Create()
    {
        var command = new Command("verify", "Recompute every hash and signature. Exit code 0: nothing is damaged; 2: damage found; 1: it could not be checked.") { file, checkpoints };
        file.Validators.Add(named =>
        {
            if (named.Tokens is [{ Value: "" }])
                named.AddError("The file's name is empty: a script's variable may be unset. Without a name the live journal is verified.");
        });
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
            if (parsed.GetValue(file) is { } bundle && BundleFile.Is(bundle))
                return await ShowAsync(parsed, await VerifyAsync(bundle, anchor, keys, parsed, cancellation));
            if (parsed.GetValue(checkpoints) is not null)
                throw new CommandFailedException("--checkpoints belongs to a bundle; a journal and an export hold their own.", "Name an evidence bundle (.zip), or leave the option out.");
            if (parsed.GetValue(file) is { } export)
                return await VerifyAsync(new JournalSource.Export(export), anchor, keys, parsed, cancellation);
            using var broker = connection.Connect(parsed);
            return await VerifyAsync(new JournalSource.Live(broker), anchor, keys, parsed, cancellation);
        }
        finally
        {
            keys.ForEach(key => key.Dispose());
        }
    }

    private async Task<VerdictView> VerifyAsync(FileInfo bundle, Anchor? anchor, List<CheckpointKey> keys, ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(checkpoints) is { } log)
            return await BundleFile.VerifyAsync(bundle, anchor, keys, new JournalSource.Export(log), cancellation);
        if (!connection.IsNamed(parsed))
            return await BundleFile.VerifyAsync(bundle, anchor, keys, null, cancellation);
        using var broker = connection.Connect(parsed);
        return await BundleFile.VerifyAsync(bundle, anchor, keys, new JournalSource.LiveLog(broker), cancellation);
    }

    private async Task<int> VerifyAsync(JournalSource source, Anchor? anchor, List<CheckpointKey> keys, ParseResult parsed, CancellationToken cancellation)
    {
        var isJson = output.IsJson(parsed);
        var damages = new List<Damage>();
        using var verifier = new JournalVerifier(anchor, keys, damage =>
        {
            if (!isJson)
                surroundings.Out.WriteLine(VerdictText.Of(damage));
            else if (damages.Count < VerdictView.MostDamages)
                damages.Add(damage);
        });
        string? incomplete = null;
        try
        {
            await foreach (var row in source.ReadAsync(cancellation))
                verifier.Take(row);
        }
        catch (CommandFailedException fault)
        {
            // What was found until then stands; nothing at all is no verdict.
            if (!verifier.HasRead)
                throw;
            incomplete = $"{fault.Message} {fault.Remedy}";
        }
        var report = incomplete is null ? verifier.Finish(source.IsWhole) : verifier.Abandon();
        return await ShowAsync(parsed, VerdictView.Of(report, damages, incomplete));
    }

    private async Task<int> ShowAsync(ParseResult parsed, VerdictView view)
    {
        if (output.IsJson(parsed))
            await surroundings.Out.WriteLineAsync(CliJson.Write(view));
        else
            foreach (var line in VerdictText.Of(view))
                await surroundings.Out.WriteLineAsync(line);
        return view.ExitCode;
    }
}
