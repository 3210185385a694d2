using System.Reflection;
using AksArcJit.Functions.Timers;
using Microsoft.Azure.Functions.Worker;

namespace AksArcJit.Functions.Tests;

public sealed class EntryPointTests
{
    public static TheoryData<MethodInfo> Functions =>
        [.. typeof(Deadlines).Assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<FunctionAttribute>() is not null)];

    /// <summary>The worker looks a function up by its method's name alone; an overload keeps it from being loaded, and every call fails.</summary>
    [Theory]
    [MemberData(nameof(Functions))]
    public void Function_ThenItsMethodIsTheOnlyOneOfItsName(MethodInfo function) =>
        Assert.Single(function.DeclaringType!.GetMethods(), method => method.Name == function.Name);
}
