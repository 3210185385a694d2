using System.Security.Cryptography;
using AksArcJit.Broker.Ports;

namespace AksArcJit.Server;

internal sealed class RandomEntropy : IEntropy
{
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
