using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Broker.Requests;

/// <summary>A request as its chain tells it.</summary>
/// <param name="Facts">In order, each with its record.</param>
public sealed record RequestHistory(RequestId Id, IReadOnlyList<(FactRecord Record, RequestFact Fact)> Facts, RequestState State)
{
    /// <summary>Set where the facts are only those before the first that does not hold: of use for ending access, and for nothing else.</summary>
    public QuarantineException? Quarantine { get; init; }

    public long Version => Facts.Count == 0 ? 0 : Facts[^1].Record.Version;

    public string HeadHash => Facts.Count == 0 ? HashChain.Start : Facts[^1].Record.Hash;

    public DateTimeOffset NewestAt => Facts.Count == 0 ? DateTimeOffset.MinValue : Facts[^1].Record.At;

    /// <summary>When the request came to stand as it does: the newest fact, notices to people apart.</summary>
    public DateTimeOffset StandsSince => Facts.LastOrDefault(fact => fact.Fact is not RequestFact.OfNotice).Record?.At ?? DateTimeOffset.MinValue;

    /// <summary>The role's rules that the terms' hash stands for.</summary>
    public RoleRules ShownRules => new(
        Facts.Select(fact => fact.Fact is RequestFact.ConsentGiven { Rules: { Count: > 0 } shown } ? shown : null).LastOrDefault(shown => shown is not null)
        ?? Facts.Select(fact => fact.Fact).OfType<RequestFact.AccessRequested>().First().Rules);

    /// <exception cref="QuarantineException">The chain is damaged, or holds what this build cannot read.</exception>
    public static RequestHistory Of(RequestId id, IReadOnlyList<FactRecord> records)
    {
        var facts = ChainReading.Facts<RequestFact>(StreamId.Of(id), records);
        try
        {
            return new RequestHistory(id, facts, Evolution.Fold(facts.Select(f => (f.Fact, f.Record.At))));
        }
        catch (InvalidOperationException misfit)
        {
            throw new QuarantineException(StreamId.Of(id), misfit.Message, misfit);
        }
    }

    /// <summary>As far as the chain holds.</summary>
    public static RequestHistory Sound(RequestId id, IReadOnlyList<FactRecord> records, QuarantineException quarantine)
    {
        var stream = StreamId.Of(id);
        var sound = new RequestHistory(id, [], new RequestState.Unasked()) { Quarantine = quarantine };
        foreach (var record in records)
        {
            if (HashChain.FirstDamage(stream, sound.Version, sound.HeadHash, sound.NewestAt, [record]) is not null)
                break;
            try
            {
                sound = sound.With([record], [.. ChainReading.Decode<RequestFact>(stream, [record]).Select(one => one.Fact)]);
            }
            catch (Exception unreadable) when (unreadable is QuarantineException or InvalidOperationException)
            {
                break;
            }
        }
        return sound;
    }

    public RequestHistory With(IReadOnlyList<FactRecord> records, IReadOnlyList<RequestFact> facts) => new(
        Id,
        [.. Facts, .. records.Zip(facts)],
        records.Zip(facts).Aggregate(State, (state, next) => Evolution.Apply(state, next.Second, next.First.At)))
    {
        Quarantine = Quarantine,
    };
}

/// <summary>A chain that cannot be trusted or understood: no grant from it, its binding is removed at notAfter, operators are told.</summary>
public sealed class QuarantineException(StreamId stream, string reason, Exception? inner = null)
    : Exception($"{stream} is quarantined: {reason}", inner)
{
    public StreamId Stream { get; } = stream;

    /// <summary>Without a full stop.</summary>
    public string Reason { get; } = reason.TrimEnd('.');
}
