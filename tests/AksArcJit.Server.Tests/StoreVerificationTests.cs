using System.Diagnostics;
using AksArcJit.Server.Tests.Harness;
using Microsoft.Data.Sqlite;

namespace AksArcJit.Server.Tests;

/// <summary>The verbs of the server's own program: <c>verify</c> straight from a store, and <c>checkpoint-key</c>.</summary>
public sealed class StoreVerificationTests(StoreVerificationTests.Standing broker) : IClassFixture<StoreVerificationTests.Standing>
{
    [Fact]
    public async Task Verify_TheStoreOfTheOptions_IsCleanAndNamesItsHorizon()
    {
        var (code, said) = await RunAsync("verify", "--config", broker.ConfigFile);
        Assert.True(code == 0, said);
        Assert.Contains("anchored up to checkpoint", said, StringComparison.Ordinal);
        Assert.Contains("Heads and open requests were compared", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Not excluded", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_AFileWithoutOptions_SaysWhatItCannotExclude()
    {
        var (code, said) = await RunAsync("verify", "--sqlite", broker.Database);
        Assert.True(code == 0, said);
        Assert.Contains("Neither a key nor an anchor was given", said, StringComparison.Ordinal);
        (code, said) = await RunAsync("verify", "--sqlite", broker.Database, "--anchor", broker.Anchor, "--key", broker.PublicKey);
        Assert.True(code == 0, said);
        Assert.DoesNotContain("Not excluded", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WithAPrivateKey_SaysThatAuditorsGetTheOther()
    {
        var (code, said) = await RunAsync("verify", "--sqlite", broker.Database, "--key", Path.Combine(broker.Directory, "checkpoint.pem"));
        Assert.True(code == 0, said);
        Assert.Contains("only its public half is used", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "There is no journal", "verify", "--sqlite", "missing.db")]
    [InlineData(1, "missing.ndjson", "verify", "--sqlite", "{db}", "--anchor", "missing.ndjson")]
    [InlineData(1, "The anchor holds no checkpoint", "verify", "--sqlite", "{db}", "--anchor", "{pub}")]
    [InlineData(1, "missing.pem", "verify", "--sqlite", "{db}", "--key", "missing.pem")]
    [InlineData(1, "holds no key", "verify", "--sqlite", "{db}", "--key", "{config}")]
    [InlineData(1, "not a database", "verify", "--sqlite", "{config}")]
    [InlineData(1, "onnection", "verify", "--tables", "--config", "{config}")]
    [InlineData(64, "two stores", "verify", "--sqlite", "{db}", "--tables")]
    [InlineData(64, "No options file", "verify")]
    [InlineData(64, "not understood", "verify", "--sqlite")]
    [InlineData(64, "not understood", "--anchor", "{anchor}")]
    [InlineData(64, "not understood", "verify", "--fast")]
    [InlineData(1, "No key", "checkpoint-key", "--config", "missing.json")]
    public async Task BadArguments_AreToldAndNothingIsMade(int expected, string told, params string[] arguments)
    {
        var (code, said) = await RunAsync([.. arguments.Select(argument => argument
            .Replace("{db}", broker.Database, StringComparison.Ordinal).Replace("{pub}", broker.PublicKey, StringComparison.Ordinal)
            .Replace("{config}", broker.ConfigFile, StringComparison.Ordinal).Replace("{anchor}", broker.Anchor, StringComparison.Ordinal))]);
        Assert.True(code == expected, $"{code}: {said}");
        Assert.Contains(told, said, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(broker.Directory, "missing.db")));
    }

    [Fact]
    public async Task Verify_AnAnchorOfAnotherKey_CouldNotBeChecked()
    {
        await using var other = new CheckpointedHarness();
        await other.InitializeAsync();
        var (code, said) = await RunAsync("verify", "--sqlite", broker.Database, "--anchor", broker.Anchor, "--key", other.PublicKey);
        Assert.True(code == 1, said);
        Assert.Contains("signed by the key given", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_AnAnchorThatWasCutOff_SaysHowFarItSpeaks()
    {
        var lines = await File.ReadAllLinesAsync(broker.Anchor, TestContext.Current.CancellationToken);
        var cut = Path.Combine(broker.Directory, "cut.ndjson");
        await File.WriteAllTextAsync(cut, lines[0] + "\n" + lines[1][..50], TestContext.Current.CancellationToken);
        var (code, said) = await RunAsync("verify", "--sqlite", broker.Database, "--anchor", cut);
        Assert.True(code == 0, said);
        Assert.Contains("anchored up to checkpoint 1.", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DROP TRIGGER fact_is_not_altered; UPDATE fact SET kind = 'Granted' WHERE version = 2", "ValueEdited")]
    [InlineData("DROP TRIGGER fact_is_not_deleted; DELETE FROM fact WHERE version = 2", "RowDeleted")]
    [InlineData("UPDATE head SET hash = version", "IndexAltered")]
    [InlineData("DROP TRIGGER checkpoint_is_not_deleted; DELETE FROM checkpoint WHERE number > 1", "CheckpointDropped")]
    [InlineData("DROP TRIGGER checkpoint_is_not_altered; UPDATE checkpoint SET tree_size = tree_size + 1", "IndexAltered")]
    public async Task Verify_AnAlteredFile_Exits2AndNamesIt(string damage, string kind)
    {
        var copy = await CopyAsync(kind, damage);
        var (code, said) = await RunAsync("verify", "--sqlite", copy, "--anchor", broker.Anchor, "--key", broker.PublicKey);
        Assert.True(code == 2, said);
        Assert.Contains($"DAMAGE  {kind}: ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_LeavesTheFileAsItIs()
    {
        var copy = await CopyAsync("evidence", "");
        var before = await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(copy, UnixFileMode.UserRead);
        var (code, said) = await RunAsync("verify", "--sqlite", copy, "--anchor", broker.Anchor, "--key", broker.PublicKey);
        Assert.True(code == 0, said);
        Assert.Equal(before, await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("older", "PRAGMA user_version=2", "has schema 2; this program reads schema")]
    [InlineData("newer", "PRAGMA user_version=99", "Run the newer program")]
    [InlineData("other", "PRAGMA user_version=0", "no journal")]
    public async Task Verify_AFileOfAnotherSchema_SaysWhatToDoAndChangesNothing(string name, string change, string told)
    {
        var copy = await CopyAsync(name, change);
        var before = await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken);
        var (code, said) = await RunAsync("verify", "--sqlite", copy);
        Assert.True(code == 1, said);
        Assert.Contains(told, said, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Verify_WhatTheStoreHolds_NeverReachesTheTerminalAsControl()
    {
        var copy = await CopyAsync("escape", """
            INSERT INTO fact SELECT char(27) || ']0;clean' || char(7), version, 'x', kind, at, payload, previous_hash, hash FROM fact LIMIT 1;
            INSERT INTO head VALUES (char(27) || '[2J', 1, 'x', 'x', 0);
            """);
        var (code, said) = await RunAsync("verify", "--sqlite", copy, "--anchor", broker.Anchor, "--key", broker.PublicKey);
        Assert.True(code == 2, said);
        Assert.Contains("[U+001B]", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001B', said);
        Assert.DoesNotContain('\u0007', said);
    }

    [Fact]
    public async Task CheckpointKey_PrintsThePublicHalfAndNothingElse()
    {
        var (code, said) = await RunAsync("checkpoint-key", "--config", broker.ConfigFile);
        Assert.True(code == 0, said);
        Assert.Equal((await File.ReadAllTextAsync(broker.PublicKey, TestContext.Current.CancellationToken)).Trim(), said.Trim());
    }

    private async Task<string> CopyAsync(string name, string change)
    {
        var copy = Path.Combine(broker.Directory, $"{name}.db");
        await using var source = new SqliteConnection($"Data Source={broker.Database};Pooling=False");
        await using var target = new SqliteConnection($"Data Source={copy};Pooling=False");
        source.Open();
        target.Open();
        source.BackupDatabase(target);
        using var command = target.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
        command.CommandText = change;
#pragma warning restore CA2100
        if (change.Length > 0)
            command.ExecuteNonQuery();
        return copy;
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "AksArcJit.Server.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = broker.Directory,
        };
        start.Environment.Remove("AKSARCJIT_CONFIG");
        using var process = Process.Start(start)!;
        var (told, failed) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await told + await failed);
    }

    /// <summary>A server that goes on serving while its store is verified, with several checkpoints.</summary>
    public sealed class Standing : IAsyncLifetime
    {
        private readonly CheckpointedHarness _harness = new();

        public string Directory => _harness.Directory;

        public string ConfigFile => _harness.ConfigFile;

        public string Database => _harness.Database;

        public string Anchor => _harness.Anchor;

        public string PublicKey => _harness.PublicKey;

        public async ValueTask InitializeAsync()
        {
            await _harness.InitializeAsync();
            for (var checkpoint = 1; checkpoint <= 3; checkpoint++)
            {
                await _harness.GrantAsync();
                for (var attempt = 0; attempt < 400 && Anchored < checkpoint; attempt++)
                    await Task.Delay(50);
            }
            Assert.True(Anchored >= 3);
        }

        public ValueTask DisposeAsync() => _harness.DisposeAsync();

        private int Anchored => File.Exists(Anchor) ? File.ReadAllText(Anchor).Count(c => c == '\n') : 0;
    }
}
