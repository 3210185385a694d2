using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Hosting.Options;

/// <summary>Everything that is wrong with the options, in one message: nobody wants to start a server seven times.</summary>
public static class OptionsFaults
{
    private static readonly Type Unbindable = typeof(IConfiguration);

    /// <param name="written">What stands in the file.</param>
    /// <param name="ofHost">The types that the host itself binds at the root.</param>
    /// <exception cref="StartRefusedException">There are faults.</exception>
    public static void Require(IServiceProvider services, IConfiguration written, string file, params Type[] ofHost)
    {
        var faults = Validate(services);
        // Kubeconfigs are opened only where the options make out which.
        if (!faults.Any(fault => fault.Of == typeof(BrokerOptions) || fault.Of == Unbindable))
            faults.AddRange(Connect(services));
        faults.InsertRange(0, PassedOver.Faults(written, ofHost).Select(fault => ((Type?)null, fault)));
        if (faults.Count > 0)
            throw new StartRefusedException(
                $"Not started: {(faults.Count == 1 ? "1 fault" : $"{faults.Count} faults")} in {file}\n{string.Join('\n', faults.Select(fault => $"  - {fault.Text}"))}");
    }

    private static List<(Type? Of, string Text)> Validate(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException one)
        {
            return Tell(one);
        }
        catch (AggregateException several) when (several.InnerExceptions.All(fault => fault is OptionsValidationException))
        {
            return [.. several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(Tell)];
        }
        catch (InvalidOperationException unbindable)
        {
            // A value of the wrong kind stops the binder before any validation; its message names key and kind.
            return [(Unbindable, $"{unbindable.Message} What else is wrong is told when this is right.")];
        }
    }

    private static List<(Type? Of, string Text)> Tell(OptionsValidationException fault) =>
        [.. fault.Failures.Select(text => ((Type?)fault.OptionsType, text))];

    private static IEnumerable<(Type? Of, string Text)> Connect(IServiceProvider services)
    {
        try
        {
            _ = services.GetRequiredService<IClusters>();
            return [];
        }
        catch (ClusterConnectionException unusable)
        {
            return unusable.Faults.Select(fault => ((Type?)null, $"clusters: {fault}"));
        }
    }
}
