using AksArcJit.Functions;
using AksArcJit.Hosting;
using Microsoft.Extensions.Hosting;

try
{
    using var host = FunctionsHost.Build(HostSettings.Read(Environment.GetEnvironmentVariable), args);
    await host.RunAsync();
    return 0;
}
catch (StartRefusedException refused)
{
    Console.Error.WriteLine(refused.Message);
    // EX_CONFIG of sysexits.h.
    return 78;
}
