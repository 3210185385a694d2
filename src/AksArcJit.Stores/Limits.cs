using AksArcJit.Broker.Ports;

namespace AksArcJit.Stores;

internal static class Limits
{
    public static void Require(RequestQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 200, nameof(query));
    }
}
