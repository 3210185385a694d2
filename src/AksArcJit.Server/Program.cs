using System.Net.Sockets;
using AksArcJit.Hosting;
using AksArcJit.Hosting.Options;
using AksArcJit.Server;
using AksArcJit.Server.Options;
using AksArcJit.Server.Verification;
using Microsoft.AspNetCore.Connections;

if (!ServerArguments.TryParse(args, Environment.GetEnvironmentVariable(OptionsFile.Variable), out var arguments, out var usage))
{
    Console.Error.WriteLine(usage);
    return ExitCodes.Usage;
}
try
{
    if (arguments.Verification is { } verification)
        return await StoreVerification.RunAsync(verification, arguments.ConfigFile, Console.Out, Console.Error, CancellationToken.None);
    if (arguments.PrintsKey)
        return await CheckpointKeyPrint.RunAsync(arguments.ConfigFile, Console.Out, Console.Error, CancellationToken.None);
    using var host = ServerHost.Build(arguments);
    await host.StartAsync();
    await host.WaitForShutdownAsync();
    return ExitCodes.Done;
}
catch (StartRefusedException refused)
{
    Console.Error.WriteLine(refused.Message);
    return ExitCodes.Configuration;
}
catch (IOException taken) when (taken.InnerException is AddressInUseException)
{
    Console.Error.WriteLine($"Not started: {taken.Message} Stop the other process, or change \"listen\" in {arguments.ConfigFile}.");
    return ExitCodes.Unavailable;
}
catch (SocketException refused)
{
    Console.Error.WriteLine($"Not started: the address cannot be listened on: {refused.Message}. Change \"listen\" in {arguments.ConfigFile}; ports below 1024 take a privilege, and the address must be this machine's.");
    return ExitCodes.Unavailable;
}
catch (UnauthorizedAccessException denied)
{
    Console.Error.WriteLine($"Ended: {denied.Message} This process runs as the user '{Environment.UserName}'; let that user at it.");
    return ExitCodes.Configuration;
}
