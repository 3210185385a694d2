namespace AksArcJit.DevCluster;

/// <summary>How a DevCluster starts. Everything has a default that suits a test.</summary>
public sealed record DevClusterOptions
{
    /// <summary>Port on 127.0.0.1; 0: any free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// Where state, tokens, certificate and kubeconfig are kept from run to run. Null: nothing survives, and the kubeconfig
    /// lives in a temporary directory that goes with the host.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>Users beside admin and broker.</summary>
    public IReadOnlyList<DevClusterUser> Users { get; init; } = [];

    /// <summary>
    /// Seeds the sample ClusterRole <c>aks-service</c>, and for <see cref="DevClusterHost.BrokerUser"/> the least role that a
    /// broker needs. Only at the first start of a data directory.
    /// </summary>
    public bool SeedServiceRole { get; init; }

    /// <summary>How long the authorizer does not see a change of roles and bindings.</summary>
    public TimeSpan PropagationLag { get; init; }

    /// <summary>Changes that a watch may look back; older ones are answered 410.</summary>
    public int HistoryLimit { get; init; } = 1000;

    /// <summary>The token of the context admin (system:masters); made where null.</summary>
    public string? AdminToken { get; init; }

    /// <summary>The token of the context broker; made where null.</summary>
    public string? BrokerToken { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
