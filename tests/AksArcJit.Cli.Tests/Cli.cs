using System.Text;

namespace AksArcJit.Cli.Tests;

/// <summary>One command, run in process.</summary>
internal sealed record Cli(int ExitCode, string Out, string Error)
{
    public static async Task<Cli> RunAsync(string[] args, params (string Name, string Value)[] variables)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var bytes = new MemoryStream();
        var code = await CommandLine.RunAsync(args, new Surroundings(output, error, bytes, name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault()),
            TestContext.Current.CancellationToken);
        return new Cli(code, output + Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }

    public static Task<Cli> RunAsync(Broker broker, params string[] args) =>
        RunAsync(args, ("AKSARCJIT_SERVER", broker.Url), ("AKSARCJIT_TOKEN", Broker.Token));
}
