namespace AksArcJit.Journal;

/// <summary>What a store asks of records before it takes them: those of one stream, linked, and following what they say they follow.</summary>
public static class Sequence
{
    /// <exception cref="ArgumentException">The records would break their chain. That is the writer's fault, so it is no conflict.</exception>
    public static void Require(StreamId stream, long after, IReadOnlyList<FactRecord> records)
    {
        if (records.Count == 0)
            throw new ArgumentException("An append has at least one record.", nameof(records));
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            if (record.Stream != stream || record.Version != after + i + 1)
                throw new ArgumentException($"Record {i} is version {record.Version} of {record.Stream}, expected version {after + i + 1} of {stream}.", nameof(records));
            if (record.PreviousHash != (i > 0 ? records[i - 1].Hash : after == 0 ? HashChain.Start : record.PreviousHash))
                throw new ArgumentException($"Record {i} of {stream} does not follow from the one before it.", nameof(records));
        }
    }
}
