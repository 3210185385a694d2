using System.Security.Cryptography;
using AksArcJit.Broker.Ports;

namespace AksArcJit.Hosting;

internal sealed class RandomEntropy : IEntropy
{
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
