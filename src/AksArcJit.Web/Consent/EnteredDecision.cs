using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Options;
using AksArcJit.Lifecycle;

namespace AksArcJit.Web.Consent;

/// <summary>What was typed and chosen, as it arrived, so that a page shown again keeps it. Empty where a field was left out.</summary>
public sealed record EnteredDecision(string Decision, string TermsHash, string Confirmation, string Duration, string Namespace, string Comment)
{
    public const string Approve = "approve";
    public const string Refuse = "refuse";
    public const string End = "end";
    public const int LongestComment = 2000;

    public static readonly EnteredDecision Nothing = new("", "", "", "", "", "");

    /// <summary>What is not understood, by field; empty where <see cref="ToAnswer"/> may be called.</summary>
    public IReadOnlyList<FieldFault> Faults() => [.. FindFaults()];

    /// <exception cref="InvalidOperationException">There are faults.</exception>
    public ConsentAnswer ToAnswer() => new(
        Decision switch
        {
            Approve => ConsentVerb.Approve,
            Refuse => ConsentVerb.Refuse,
            End => ConsentVerb.End,
            _ => throw new InvalidOperationException("A decision with faults is no answer."),
        },
        TermsHash, Confirmation,
        Decision == Approve && Duration.Length > 0 ? Iso8601.Parse(Duration) : null,
        Decision == Approve && Namespace.Length > 0 ? new Scope.Namespace(Namespace) : null,
        Comment);

    private IEnumerable<FieldFault> FindFaults()
    {
        if (Decision is not (Approve or Refuse or End))
            yield return new FieldFault(Field.Decision, ConsentTexts.FaultOfDecision);
        if (Decision == Approve && Duration.Length > 0 && !Iso8601.TryParse(Duration, out _))
            yield return new FieldFault(Field.Duration, ConsentTexts.FaultOfDuration);
        if (Decision == Approve && Namespace.Length > 0 && !DnsLabel.IsValid(Namespace))
            yield return new FieldFault(Field.Namespace, ConsentTexts.FaultOfNamespace);
        if (Comment.Length > LongestComment || Comment.Any(c => char.IsControl(c) && c is not ('\n' or '\t')))
            yield return new FieldFault(Field.Comment, ConsentTexts.FaultOfComment);
    }
}

public enum Field
{
    Decision,
    Confirmation,
    Duration,
    Namespace,
    Comment,
}

/// <param name="Text">What is wrong and what to do, in one or two sentences.</param>
public sealed record FieldFault(Field Field, string Text);
