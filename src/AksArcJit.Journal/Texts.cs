using AksArcJit.Journal.Evidence;
using AksArcJit.Journal.Notices;
using AksArcJit.Journal.Timelines;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Journal;

/// <summary>
/// Every word of the reports and notices in one language. A sentence that holds words of others is a <see cref="FormattableString"/>: they are rendered as
/// data (<see cref="Html"/>), never as part of the sentence. A new text is asked of every language by the compiler.
/// </summary>
internal abstract class Texts
{
    public static Texts English { get; } = new EnglishTexts();

    /// <summary>BCP 47.</summary>
    public abstract string Language { get; }

    public abstract NoticeTexts Notices { get; }

    // ── Timeline ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    public abstract string TimelineTitle { get; }
    public abstract string GoesOn { get; }
    public abstract FormattableString TimelineAxis(DateTimeOffset from);
    public abstract string Name(Phase phase);

    // ── Report of a request ─────────────────────────────────────────────────────────────────────────────────────────────────────

    public abstract string ReportKicker { get; }
    public abstract FormattableString RequestTitle(string engineer, ClusterId cluster);
    public abstract FormattableString RequestLead(RequestId id, TicketId ticket, string customer);
    public abstract FormattableString Headline(RequestState.Asked state, bool wasInForce, bool onWord, int residual);
    public abstract string Cause(Outcome outcome);
    public abstract FormattableString AsOf(DateTimeOffset newest);
    public abstract string GlanceHeading { get; }
    public abstract string Engineer { get; }
    public abstract string PersonId { get; }
    public abstract string KnownAs { get; }
    public abstract string Why { get; }
    public abstract string Ticket { get; }
    public abstract string Customer { get; }
    public abstract string Where { get; }
    public abstract string What { get; }
    public abstract string Window { get; }
    public abstract string HowItEnded { get; }
    public abstract string Possible { get; }
    public abstract FormattableString TicketStands(string title, string severity, bool isActive);
    public abstract string TicketUnknown { get; }
    public abstract string TicketActive { get; }
    public abstract FormattableString TicketActiveBetween(DateTimeOffset from, DateTimeOffset? until);
    public abstract FormattableString Scope(ClusterId cluster, Scope scope);
    public abstract FormattableString Role(string role);
    public abstract FormattableString AskedFor(TimeSpan duration, DateTimeOffset at);
    public abstract FormattableString ConsentedTo(TimeSpan duration);
    public abstract FormattableString InForce(DateTimeOffset from, DateTimeOffset until);
    public abstract FormattableString EndBegan(DateTimeOffset at, string by);
    public abstract FormattableString PossibleBetween(DateTimeOffset from, DateTimeOffset? until);
    public abstract string PossibleNever { get; }
    public abstract string ConsentHeading { get; }
    public abstract string ConsentNone { get; }
    public abstract string ConsentIntro { get; }
    public abstract FormattableString Consented(string name, DateTimeOffset at);
    public abstract FormattableString Refused(string name, DateTimeOffset at);
    public abstract FormattableString Needed(int quorum, int asked);
    public abstract string Comment { get; }
    public abstract string Terms { get; }
    public abstract string Shown { get; }
    public abstract string Agreed { get; }
    public abstract string Same { get; }
    public abstract string TermEngineer { get; }
    public abstract string TermSubject { get; }
    public abstract string TermCluster { get; }
    public abstract string TermRole { get; }
    public abstract string TermScope { get; }
    public abstract string TermStart { get; }
    public abstract string TermDuration { get; }
    public abstract string TermRules { get; }
    public abstract string TermHash { get; }
    public abstract string AtConsent { get; }
    public abstract string ConsentUnsound { get; }
    public abstract string RoleHeading { get; }
    public abstract string RoleSentences { get; }
    public abstract string RoleDangers { get; }
    public abstract string RoleExact { get; }
    public abstract string RoleUnrecorded { get; }
    public abstract FormattableString RoleIntro(string role);
    public abstract FormattableString RoleWithin(string name);
    public abstract FormattableString RoleChanged(DateTimeOffset at);
    public abstract string RulesTable { get; }
    public abstract string Name(RulesOccasion occasion);
    public abstract string RuleVerbs { get; }
    public abstract string RuleGroups { get; }
    public abstract string RuleResources { get; }
    public abstract string RuleNames { get; }
    public abstract string CoreGroup { get; }
    public abstract string ClusterHeading { get; }
    public abstract string ClusterNone { get; }
    public abstract string ClusterIntro { get; }
    public abstract string Question { get; }
    public abstract string Allowed { get; }
    public abstract string Denied { get; }
    public abstract string NotAsked { get; }
    public abstract FormattableString AnswerColumn(string kind, DateTimeOffset at);
    public abstract string ResidualHeading { get; }
    public abstract string ResidualNone { get; }
    public abstract string ResidualUnknown { get; }
    public abstract string ResidualIntro { get; }
    public abstract string ResidualIntroOfGrants { get; }
    public abstract FormattableString Residual(ProbeAnswer answer);
    public abstract FormattableString ResidualOfGrant(ProbeAnswer answer, RequestId grant);
    public abstract FormattableString OnWord(string name, DateTimeOffset at, string reason);

    // ── Proof ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    public abstract string ProofHeading { get; }
    public abstract string ProofChain { get; }
    public abstract string ProofKey { get; }
    public abstract string ProofKeyNote { get; }
    public abstract string ProofVerify { get; }
    public abstract string ProofHead { get; }
    public abstract FormattableString ProofWhole(long number, DateTimeOffset at, string log, long newest, DateTimeOffset newestAt);
    public abstract FormattableString ProofPartly(long number, DateTimeOffset at, string log, long covered, long newest);
    public abstract FormattableString ProofNone { get; }
    public abstract string ProofShortWhole { get; }
    public abstract string ProofShortNone { get; }
    public abstract FormattableString ProofShortPartly(long covered);

    // ── Facts, limits, footer ───────────────────────────────────────────────────────────────────────────────────────────────────

    public abstract string FactsHeading { get; }
    public abstract string TicketFactsHeading { get; }
    public abstract string FactNumber { get; }
    public abstract string FactTime { get; }
    public abstract string FactText { get; }
    public abstract string FactHash { get; }
    public abstract string FactsNote { get; }
    public abstract string LimitsHeading { get; }
    public abstract string LimitSessions { get; }
    public abstract string LimitGuarded { get; }
    public abstract string LimitUnguarded { get; }
    public abstract FormattableString LimitCommands(string subject, DateTimeOffset? from, DateTimeOffset? until);
    public abstract FormattableString Footer(string writer, string subject);

    // ── Report of a ticket ──────────────────────────────────────────────────────────────────────────────────────────────────────

    public abstract FormattableString TicketTitle(TicketId id);
    public abstract FormattableString TicketLead(string title, string customer);
    public abstract FormattableString TicketHeadline(int requests, int open);
    public abstract string TicketComplete { get; }
    public abstract FormattableString LeftOut(RequestId request, string why);
    public abstract string RequestsHeading { get; }
    public abstract string ColumnRequest { get; }
    public abstract string ColumnOutcome { get; }
    public abstract string ColumnProof { get; }
    public abstract string ColumnInForce { get; }
    public abstract string NeverInForce { get; }

    // ── README.txt ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

    public abstract string Readme(EvidenceSubject subject, bool hasCheckpoint);
}
