namespace AksArcJit.Broker.Ports;

/// <summary>Where ids come from: cryptographically random in a host, seeded in a simulation.</summary>
public interface IEntropy
{
    void Fill(Span<byte> bytes);
}
