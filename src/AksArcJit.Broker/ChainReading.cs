using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;

namespace AksArcJit.Broker;

/// <summary>From stored records to facts: every hash checked, every kind known, or the stream is quarantined.</summary>
public static class ChainReading
{
    /// <exception cref="QuarantineException">The chain is damaged, or holds what this build cannot read.</exception>
    public static IReadOnlyList<(FactRecord Record, TFact Fact)> Facts<TFact>(StreamId stream, IReadOnlyList<FactRecord> records)
        where TFact : Fact
    {
        if (HashChain.FirstDamage(stream, records) is { } damage)
            throw new QuarantineException(stream, damage.ToString());
        return Decode<TFact>(stream, records);
    }

    /// <exception cref="QuarantineException">This build cannot read one of them, or it does not belong to such a stream.</exception>
    public static IReadOnlyList<(FactRecord Record, TFact Fact)> Decode<TFact>(StreamId stream, IReadOnlyList<FactRecord> records)
        where TFact : Fact
    {
        try
        {
            return [.. records.Select(record => (record, FactText.Decode(record.Kind, record.Payload.Span) as TFact
                ?? throw new FormatException($"{record.Kind} does not belong to {stream}")))];
        }
        catch (Exception unreadable) when (unreadable is FormatException or UnknownFactException)
        {
            throw new QuarantineException(stream, unreadable.Message, unreadable);
        }
    }
}
