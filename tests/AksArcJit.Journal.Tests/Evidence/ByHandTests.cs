using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using AksArcJit.Journal.Evidence;

namespace AksArcJit.Journal.Tests.Evidence;

/// <summary>
/// A bundle checked as its README.txt says, by programs that are not ours: what they find wrong, or do not, is what an auditor sees who
/// trusts none of our tools.
/// </summary>
public sealed class ByHandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aksarcjit-by-hand-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Cases.Names), MemberType = typeof(Cases))]
    public async Task Bundle_WhenWhole_ThenEveryStepHolds(string name)
    {
        Unpack(EvidenceBundle.Entries(Cases.Of(name)));
        await AssertHoldsAsync();
    }

    [Fact]
    public async Task Bundle_WhenOfATicket_ThenEveryStepHolds()
    {
        Unpack(EvidenceBundle.Entries(Cases.TicketBundle()));
        await AssertHoldsAsync();
    }

    [Theory]
    [InlineData("requests/aaaaaaaaaaaaaaaaaaaaaaiaaa/facts.ndjson", "one hour is enough", "ten hours are enough")]
    [InlineData("requests/aaaaaaaaaaaaaaaaaaaaaaiaaa/facts.ndjson", "09:07:02.4", "09:07:03.4")]
    [InlineData("requests/aaaaaaaaaaaaaaaaaaaaaaiaaa/proof.json", "\"leafIndex\": 1", "\"leafIndex\": 0")]
    [InlineData("checkpoint.json", "\"root\":\"", "\"root\":\"0")]
    public async Task Bundle_WhenAltered_ThenTheSumsAndThePythonSayIt(string entry, string from, string to)
    {
        Unpack(EvidenceBundle.Entries(Cases.Of("ended")));
        var file = Path.Combine(_folder, entry);
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains(from, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, text.Replace(from, to, StringComparison.Ordinal), TestContext.Current.CancellationToken);

        Assert.NotEqual(0, (await RunAsync("sha256sum -c SHA256SUMS")).ExitCode);
        Assert.NotEqual(0, (await RunPythonAsync()).ExitCode);
    }

    [Fact]
    public async Task Checkpoint_WhenAltered_ThenOpensslSaysIt()
    {
        Unpack(EvidenceBundle.Entries(Cases.Of("ended")));
        await File.AppendAllTextAsync(Path.Combine(_folder, "checkpoint.json"), " ", TestContext.Current.CancellationToken);

        Assert.NotEqual(0, (await RunAsync(Signature)).ExitCode);
    }

    private const string Signature = "openssl dgst -sha256 -verify public-key.pem -signature checkpoint.sig checkpoint.json";

    private async Task AssertHoldsAsync()
    {
        Assert.Equal(0, (await RunAsync("sha256sum -c SHA256SUMS")).ExitCode);
        Assert.Contains("Verified OK", (await RunAsync(Signature)).Output, StringComparison.Ordinal);
        var (code, output) = await RunPythonAsync();
        Assert.True(code == 0, output);
        foreach (var facts in Directory.EnumerateFiles(_folder, "facts.ndjson", SearchOption.AllDirectories))
            Assert.Contains($"{Path.GetRelativePath(_folder, facts)} chain holds, {File.ReadLines(facts).Count()} facts", output, StringComparison.Ordinal);
        foreach (var proof in Directory.EnumerateFiles(_folder, "proof.json", SearchOption.AllDirectories))
            Assert.Contains($"{Path.GetRelativePath(_folder, proof)} covered up to fact", output, StringComparison.Ordinal);
    }

    /// <summary>What an auditor copies out of the README.txt.</summary>
    private Task<(int ExitCode, string Output)> RunPythonAsync()
    {
        var readme = File.ReadAllText(Path.Combine(_folder, "README.txt"));
        var from = readme.IndexOf("import ", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "check.py"), readme[from..readme.IndexOf("WHAT IT CANNOT PROVE", StringComparison.Ordinal)]);
        return RunAsync("python3 check.py");
    }

    private void Unpack(IReadOnlyList<BundleEntry> entries)
    {
        Assert.SkipUnless(
            new[] { "python3", "openssl", "sha256sum" }.All(program => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)))),
            "python3, openssl or sha256sum is missing (Debian packages python3, openssl, coreutils); ./scripts/test.sh installs them.");
        using var zip = new MemoryStream(Zips.Pack(entries));
        ZipFile.ExtractToDirectory(zip, _folder);
    }

    private async Task<(int ExitCode, string Output)> RunAsync(string command)
    {
        var words = command.Split(' ');
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, new StringBuilder(await output).Append(await errors).ToString());
    }
}
