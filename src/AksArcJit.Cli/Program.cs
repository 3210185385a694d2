using System.Text;
using AksArcJit.Cli;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
using var console = Console.OpenStandardOutput();
return await CommandLine.RunAsync(args, new Surroundings(Console.Out, Console.Error, console, Environment.GetEnvironmentVariable), CancellationToken.None);
