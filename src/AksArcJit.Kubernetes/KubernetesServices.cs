using AksArcJit.Broker.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AksArcJit.Kubernetes;

public static class KubernetesServices
{
    /// <summary>
    /// Registers <see cref="IClusters"/>. Resolving it opens every kubeconfig and throws <see cref="ClusterConnectionException"/> with all
    /// faults at once; it asks no cluster anything.
    /// </summary>
    public static IServiceCollection AddKubernetesClusters(this IServiceCollection services, IReadOnlyList<ClusterConnection> connections) =>
        services.AddKubernetesClusters(_ => connections);

    /// <inheritdoc cref="AddKubernetesClusters(IServiceCollection, IReadOnlyList{ClusterConnection})"/>
    public static IServiceCollection AddKubernetesClusters(
        this IServiceCollection services, Func<IServiceProvider, IReadOnlyList<ClusterConnection>> connections)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IClusters>(provider => new KubernetesClusters(connections(provider), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
