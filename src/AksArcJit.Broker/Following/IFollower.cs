using AksArcJit.Broker.Ports;
using AksArcJit.Journal;

namespace AksArcJit.Broker.Following;

/// <summary>
/// A part that follows the journal, such as checkpoints, events out and notices (design section 5). It is told of everything that this
/// process appends and reads, and no stream leaves the open index before every follower is done with it. What a follower remembers is a
/// cache: after a crash the open index holds every stream that it was not done with. Calls come from many threads, return at once, and
/// never throw. A follower is built before the journal that it follows, so what carries out its work (a loop) is a part of its own.
/// </summary>
public interface IFollower
{
    /// <summary>An append is about to be sent. The same append may begin again after an unknown outcome.</summary>
    void Begin(Append append);

    /// <param name="append">With <see cref="Append.Rests"/> where the stream wants nothing more after it.</param>
    /// <param name="outcome">Null where nobody knows: it may stand.</param>
    void End(Append append, AppendOutcome? outcome);

    /// <summary>A read gave a stream's records, all or the last of them; whether it is in the open index is not said.</summary>
    /// <param name="askedAt">When the read began.</param>
    void See(StreamId stream, IReadOnlyList<FactRecord> records, DateTimeOffset askedAt);

    /// <summary>
    /// The stream itself wants nothing more at this version, its last as far as is known. True where this follower is done with it too; else
    /// it settles the stream through the journal (<see cref="IJournal.SettleAsync"/>) as soon as it is, which asks every follower again.
    /// </summary>
    bool Rest(StreamId stream, long version);

    /// <summary>The stream has left the open index, unless it has moved on from that version.</summary>
    void Forget(StreamId stream, long version);
}
