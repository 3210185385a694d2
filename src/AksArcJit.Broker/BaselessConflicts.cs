using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;

namespace AksArcJit.Broker;

/// <summary>
/// Counts appends in a row that conflict with nothing: the store contradicts itself, as where somebody altered its head row. Trying for ever
/// would hold the caller, and a processor, for ever; a few may be a head that was remembered.
/// </summary>
internal struct BaselessConflicts
{
    private const int Most = 5;

    private int _count;

    /// <param name="refused">The append that met a conflict.</param>
    /// <param name="version">The chain's last, as read since.</param>
    /// <exception cref="QuarantineException">It is one too many.</exception>
    public void Count(Append refused, long version)
    {
        _count = version > refused.ExpectedVersion ? 0 : _count + 1;
        if (_count == Most)
            throw new QuarantineException(refused.Stream, $"the store refuses row {refused.ExpectedVersion + 1}, though the chain ends at row {version}");
    }
}
