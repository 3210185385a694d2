using AksArcJit.Stores.Tests;
using AksArcJit.TestKit.Storage;

[assembly: AssemblyFixture(typeof(Azurite))]
[assembly: AssemblyFixture(typeof(AzuriteBlobs))]

namespace AksArcJit.Stores.Tests;

/// <summary>The Table Storage emulator, for all tests of the assembly.</summary>
public sealed class Azurite() : Emulator("table");

/// <summary>The blob emulator, for all tests of the assembly.</summary>
public sealed class AzuriteBlobs() : Emulator("blob");
