namespace AksArcJit.Kubernetes;

/// <summary>Connections that cannot be used as they are configured.</summary>
public sealed class ClusterConnectionException(IReadOnlyList<string> faults) : Exception(string.Join(Environment.NewLine, faults))
{
    /// <summary>Every fault of every connection, each with its remedy.</summary>
    public IReadOnlyList<string> Faults => faults;
}
