using AksArcJit.Journal.Timelines;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using static AksArcJit.Lifecycle.Requests.RequestFact;

namespace AksArcJit.Journal.Evidence;

/// <summary>An approver's yes, with the terms on the page that they answered.</summary>
/// <param name="Shown">Rebuilt from the facts before; its hash is <see cref="ConsentGiven.ShownTermsHash"/> unless the record is damaged.</param>
internal sealed record ShownConsent(FactRecord Record, ConsentGiven Given, Terms Shown)
{
    public bool IsSound => Shown.Hash() == Given.ShownTermsHash;
}

internal enum RulesOccasion
{
    Asked,
    Consent,
    /// <summary>The last intent to bind.</summary>
    Grant,
    /// <summary>While access was in force.</summary>
    Change,
}

/// <param name="Rules">Null where no fact holds the rules that the hash stands for.</param>
internal sealed record RulesThen(RulesOccasion Occasion, FactRecord Record, string Hash, RoleRules? Rules);

/// <summary>What the cluster answered when it was asked who may do what.</summary>
/// <param name="Residual">Of an end: what still allows, by other means.</param>
internal sealed record ProbeTranscript(FactRecord Record, IReadOnlyList<ProbeAnswer> Answers, IReadOnlyList<ProbeAnswer> Residual);

/// <summary>A request's chain read for those who judge it: who was shown what, what the role held, what the cluster said.</summary>
internal sealed class RequestCase
{
    private RequestCase(RequestId id, IReadOnlyList<(FactRecord Record, RequestFact Fact)> facts, RequestState.Asked state, Timeline timeline)
    {
        (Id, Facts, State, Timeline) = (id, facts, state, timeline);
        Asked = facts[0];
        Consents = [.. ConsentsIn(facts)];
        Rules = [.. RulesIn(facts)];
    }

    public RequestId Id { get; }

    public IReadOnlyList<(FactRecord Record, RequestFact Fact)> Facts { get; }

    public RequestState.Asked State { get; }

    public Timeline Timeline { get; }

    public (FactRecord Record, RequestFact Fact) Asked { get; }

    public AccessRequest Request => State.Request;

    public IReadOnlyList<ShownConsent> Consents { get; }

    public IReadOnlyList<RulesThen> Rules { get; }

    public FactRecord Newest => Facts[^1].Record;

    public RequestState.Closed? Closed => State as RequestState.Closed;

    public IEnumerable<ProbeTranscript> Transcripts => Facts.Select(fact => fact.Fact switch
    {
        Granted granted => new ProbeTranscript(fact.Record, granted.Answers, []),
        RequestFact.RevocationUnconfirmed unconfirmed => new ProbeTranscript(fact.Record, unconfirmed.Answers, []),
        AccessGone gone => new ProbeTranscript(fact.Record, gone.Answers, gone.Residual),
        _ => null,
    }).OfType<ProbeTranscript>();

    /// <exception cref="UnknownFactException">A fact is a newer version's.</exception>
    /// <exception cref="FormatException">The records are no request's, or do not fit each other. Hashes are not looked at.</exception>
    public static RequestCase Of(RequestId id, IReadOnlyList<FactRecord> records)
    {
        var facts = records.Select(record => (record, FactText.Decode(record.Kind, record.Payload.Span) as RequestFact
            ?? throw new FormatException($"version {record.Version}, a {record.Kind}, is no fact of a request"))).ToList();
        try
        {
            var told = facts.Select(fact => (fact.Item2, fact.record.At)).ToList();
            return Evolution.Fold(told) is RequestState.Asked state && state.Request.Id == id
                ? new RequestCase(id, facts, state, Timeline.Of(told))
                : throw new FormatException($"the facts do not ask for {id}");
        }
        catch (InvalidOperationException misfit)
        {
            throw new FormatException(misfit.Message, misfit);
        }
    }

    public (FactRecord Record, TFact Fact)? Last<TFact>()
        where TFact : RequestFact
    {
        for (var i = Facts.Count - 1; i >= 0; i--)
            if (Facts[i].Fact is TFact fact)
                return (Facts[i].Record, fact);
        return null;
    }

    /// <summary>The object id where the request does not know a name.</summary>
    public string NameOf(Person person) => Request.NameOf(person) ?? person.ObjectId;

    private static IEnumerable<ShownConsent> ConsentsIn(IReadOnlyList<(FactRecord Record, RequestFact Fact)> facts)
    {
        var standing = ((AccessRequested)facts[0].Fact).Request.Terms;
        foreach (var (record, fact) in facts)
        {
            if (fact is not ConsentGiven given)
                continue;
            // The page shows the terms as narrowed so far, with the role's rules of that moment.
            yield return new ShownConsent(record, given, standing with { RulesHash = given.Terms.RulesHash });
            standing = given.Terms;
        }
    }

    private static IEnumerable<RulesThen> RulesIn(IReadOnlyList<(FactRecord Record, RequestFact Fact)> facts)
    {
        var known = new Dictionary<string, RoleRules>();
        var lastIntent = facts.LastOrDefault(fact => fact.Fact is GrantIntended).Record;
        foreach (var (record, fact) in facts)
        {
            switch (fact)
            {
                case AccessRequested asked:
                    Learn(asked.Rules);
                    yield return new RulesThen(RulesOccasion.Asked, record, asked.Request.Terms.RulesHash, known.GetValueOrDefault(asked.Request.Terms.RulesHash));
                    break;
                case ConsentGiven given:
                    Learn(given.Rules);
                    yield return new RulesThen(RulesOccasion.Consent, record, given.Terms.RulesHash, known.GetValueOrDefault(given.Terms.RulesHash));
                    break;
                case GrantIntended intended when record == lastIntent:
                    yield return new RulesThen(RulesOccasion.Grant, record, intended.Terms.RulesHash, known.GetValueOrDefault(intended.Terms.RulesHash));
                    break;
                case RoleChangeObserved changed:
                    Learn(changed.Rules);
                    yield return new RulesThen(RulesOccasion.Change, record, changed.RulesHash, known.GetValueOrDefault(changed.RulesHash));
                    break;
            }
        }

        void Learn(IReadOnlyList<PolicyRule> rules)
        {
            var role = new RoleRules(rules);
            known[role.Hash] = role;
        }
    }
}
