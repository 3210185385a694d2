using AksArcJit.Journal.Evidence;
using AksArcJit.Journal.Notices;
using AksArcJit.Journal.Timelines;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Journal;

internal sealed class EnglishTexts : Texts
{
    public EnglishTexts() => Notices = new EnglishNoticeTexts(this);

    public override string Language => "en";

    public override NoticeTexts Notices { get; }

    // ── Timeline ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    public override string TimelineTitle => "How the request went, in time";

    public override string GoesOn => "not over";

    public override FormattableString TimelineAxis(DateTimeOffset from) => $"Time in UTC, to scale, from {from}. Dashed: the window that was granted.";

    public override string Name(Phase phase) => phase switch
    {
        Phase.AwaitingConsent => "Waiting for consent",
        Phase.Scheduled => "Waiting for the start",
        Phase.Granting => "Being set up",
        Phase.Active => "Access in force",
        Phase.Revoking => "Being removed",
        Phase.RevocationUnconfirmed => "End not confirmed",
        _ => throw new ArgumentOutOfRangeException(nameof(phase)),
    };

    // ── Report of a request ─────────────────────────────────────────────────────────────────────────────────────────────────────

    public override string ReportKicker => "Evidence of support access";

    public override FormattableString RequestTitle(string engineer, ClusterId cluster) => $"{engineer} on cluster {cluster}";

    public override FormattableString RequestLead(RequestId id, TicketId ticket, string customer) => $"Request {id}, under ticket {ticket} of {customer}";

    public override FormattableString Headline(RequestState.Asked state, bool wasInForce, bool onWord, int residual) => state switch
    {
        RequestState.Closed when onWord && wasInForce => $"Access was in force. It was closed on an operator’s word: the cluster itself never confirmed the end.",
        RequestState.Closed when onWord => $"Access was attempted. The request was closed on an operator’s word: the cluster itself never confirmed that nothing is left.",
        RequestState.Closed { Grant: null } closed => $"No access was given. {Cause(closed.Outcome)}",
        RequestState.Closed when wasInForce && residual == 0 => $"Access was in force, has ended, and the cluster itself confirmed that it is gone.",
        RequestState.Closed when wasInForce => $"Access was in force and has ended. The cluster confirmed that this binding is gone, and that other means still allow part of what it allowed.",
        RequestState.Closed closed => $"Access was attempted and never confirmed as in force. {Cause(closed.Outcome)} The cluster confirmed that nothing of it is left.",
        RequestState.AwaitingConsent => $"Not finished: nobody has decided yet, and no access has been given.",
        RequestState.Scheduled scheduled => $"Not finished: access is consented to and starts at {scheduled.StartAt}.",
        RequestState.Granting => $"Not finished: access is being set up and may already be possible.",
        RequestState.Active active => $"Not finished: access is in force until {active.ExpiresAt}.",
        RequestState.Revoking => $"Not finished: access is being removed and may still be possible.",
        RequestState.RevocationUnconfirmed => $"Not finished: the end of access is not confirmed. Count on access still being possible.",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    public override string Cause(Outcome outcome) => outcome switch
    {
        Outcome.Refused => "An approver refused.",
        Outcome.Lapsed => "Nobody decided in time.",
        Outcome.Withdrawn => "The engineer withdrew the request.",
        Outcome.Cancelled { Cause: CancelCause.TicketClosed } or Outcome.Ended { Cause: EndCause.TicketClosed } => "The support ticket was closed.",
        Outcome.Cancelled { Cause: CancelCause.RoleChanged } or Outcome.Ended { Cause: EndCause.RoleChanged } => "The role’s rules were no longer those that were consented to.",
        Outcome.Cancelled { Cause: CancelCause.OperatorRevoked } or Outcome.Ended { Cause: EndCause.OperatorRevoked } => "An operator of the broker ordered it.",
        Outcome.Cancelled { Cause: CancelCause.CustomerRevoked } or Outcome.Ended { Cause: EndCause.CustomerRevoked } => "The customer ended it.",
        Outcome.GrantFailed failed => $"It could not be given: {failed.Reason}",
        Outcome.Ended { Cause: EndCause.Expired } => "The window was over.",
        Outcome.Ended { Cause: EndCause.EngineerReleased } => "The engineer handed it back.",
        Outcome.Ended { Cause: EndCause.BindingAltered } => "Somebody changed the binding in the cluster.",
        Outcome.Ended { Cause: EndCause.BindingDisappeared } => "Somebody else removed the binding in the cluster.",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    public override FormattableString AsOf(DateTimeOffset newest) => $"As recorded until {newest}; what came later is not in this report.";

    public override string GlanceHeading => "At a glance";
    public override string Engineer => "Who";
    public override string PersonId => "Person";
    public override string KnownAs => "Known to the cluster as";
    public override string Why => "Why";
    public override string Ticket => "Support ticket";
    public override string Customer => "Customer";
    public override string Where => "Where";
    public override string What => "What";
    public override string Window => "Window";
    public override string HowItEnded => "How it ended";
    public override string Possible => "Access was possible";

    public override FormattableString TicketStands(string title, string severity, bool isActive) => isActive
        ? (FormattableString)$"{title} (severity {severity}; active as last recorded)"
        : $"{title} (severity {severity}; closed as last recorded)";

    public override string TicketUnknown => "Nothing is recorded of this ticket.";

    public override string TicketActive => "Ticket active";

    public override FormattableString TicketActiveBetween(DateTimeOffset from, DateTimeOffset? until) => until is { } end
        ? (FormattableString)$"From {from} to {end}, as recorded"
        : $"Since {from}, as recorded; not closed as last recorded";

    public override FormattableString Scope(ClusterId cluster, Scope scope) => scope is Scope.Namespace one
        ? (FormattableString)$"Only namespace {one.Name} of cluster {cluster}"
        : $"The whole of cluster {cluster}";

    public override FormattableString Role(string role) => $"Cluster role {role}, by a binding made for this request alone";

    public override FormattableString AskedFor(TimeSpan duration, DateTimeOffset at) => $"Asked for {duration} at {at}";

    public override FormattableString ConsentedTo(TimeSpan duration) => $"Consented: {duration}, counted from the moment access was in force";

    public override FormattableString InForce(DateTimeOffset from, DateTimeOffset until) => $"Granted: from {from} until {until}";

    public override FormattableString EndBegan(DateTimeOffset at, string by) => by.Length > 0 ? $"Removal began at {at}, ordered by {by}." : (FormattableString)$"Removal began at {at}.";

    public override FormattableString PossibleBetween(DateTimeOffset from, DateTimeOffset? until) => until is { } end
        ? (FormattableString)$"at most from {from} (the recorded intent to create the binding) until {end} (the cluster’s confirmation that it is gone)"
        : $"from {from} (the recorded intent to create the binding); no end is confirmed";

    public override string PossibleNever => "never: no binding was ever intended";

    public override string ConsentHeading => "The customer’s consent";
    public override string ConsentNone => "Nobody consented.";
    public override string ConsentIntro => "What each approver was shown, and what they agreed to. A fingerprint is the SHA-256 of exactly these terms: the answer is recorded with the fingerprint of the page that was answered, so an answer to other terms counts for nothing.";

    public override FormattableString Consented(string name, DateTimeOffset at) => $"{name} consented at {at}";

    public override FormattableString Refused(string name, DateTimeOffset at) => $"{name} refused at {at}";

    public override FormattableString Needed(int quorum, int asked) => (quorum, asked) switch
    {
        (1, 1) => $"One consent was needed; one approver was asked.",
        (1, _) => $"One consent was needed; {asked} approvers were asked.",
        _ => $"{quorum} consents of different people were needed; {asked} approvers were asked.",
    };

    public override string Comment => "Comment";
    public override string Terms => "Terms";
    public override string Shown => "As shown";
    public override string Agreed => "As agreed";
    public override string Same => "unchanged";
    public override string TermEngineer => "Engineer";
    public override string TermSubject => "User name in the cluster";
    public override string TermCluster => "Cluster";
    public override string TermRole => "Role";
    public override string TermScope => "Scope";
    public override string TermStart => "Start";
    public override string TermDuration => "Length of the window";
    public override string TermRules => "Fingerprint of the role’s rules";
    public override string TermHash => "Fingerprint of these terms";
    public override string AtConsent => "at consent";

    public override string ConsentUnsound => "The recorded fingerprint of the page is not that of the terms as they stood. This record contradicts itself.";

    public override string RoleHeading => "What this access could do";
    public override string RoleSentences => "In words";
    public override string RoleDangers => "What deserves attention";
    public override string RoleExact => "The exact rules";
    public override string RoleUnrecorded => "The rules with this fingerprint are not in the record.";

    public override FormattableString RoleIntro(string role) => $"The rules of cluster role {role}, read from the cluster. Approvers are shown them before they decide, in words and exactly.";

    public override FormattableString RoleWithin(string name) => $"The binding was limited to namespace {name}: there these rules applied, and what is about the whole cluster did not.";

    public override FormattableString RoleChanged(DateTimeOffset at) => $"Seen at {at}, while access was in force: the role had changed, to this";

    public override string RulesTable => "Fingerprint of the rules at each step";

    public override string Name(RulesOccasion occasion) => occasion switch
    {
        RulesOccasion.Asked => "When asked",
        RulesOccasion.Consent => "At consent",
        RulesOccasion.Grant => "At the grant",
        RulesOccasion.Change => "Changed while in force",
        _ => throw new ArgumentOutOfRangeException(nameof(occasion)),
    };

    public override string RuleVerbs => "Verbs";
    public override string RuleGroups => "API groups";
    public override string RuleResources => "Resources";
    public override string RuleNames => "Names";
    public override string CoreGroup => "(core)";

    public override string ClusterHeading => "What the cluster itself said";
    public override string ClusterNone => "The cluster was never asked: no access was in force.";
    public override string ClusterIntro => "The broker does not trust its own bookkeeping. It asks the cluster’s authorizer whether this person may do these things (SubjectAccessReview), once access should be in force, and again after the binding was removed.";
    public override string Question => "May the engineer …?";
    public override string Allowed => "allowed";
    public override string Denied => "denied";
    public override string NotAsked => "not asked";

    public override FormattableString AnswerColumn(string kind, DateTimeOffset at) => kind switch
    {
        nameof(RequestFact.Granted) => $"In force, {at}",
        nameof(RequestFact.AccessGone) => $"After removal, {at}",
        _ => $"Removal not confirmed, {at}",
    };

    public override string ResidualHeading => "Residual access";
    public override string ResidualNone => "None: after the removal every question was denied.";
    public override string ResidualUnknown => "Unknown: the cluster has not confirmed the end.";
    public override string ResidualIntro => "After this binding was gone, the cluster still allowed these to the same person, and named another binding, or an Azure role assignment, as the reason. The broker neither gave nor ended that access.";

    public override string ResidualIntroOfGrants => "After this binding was gone, the cluster still allowed these to the same person, and named a binding by which this broker gives access for another request. That request has evidence of its own.";

    public override FormattableString Residual(ProbeAnswer answer) => answer.Grantor is { } grantor
        ? (FormattableString)$"{answer.Probe}, by {grantor}"
        : $"{answer.Probe}: {answer.Reason}";

    public override FormattableString ResidualOfGrant(ProbeAnswer answer, RequestId grant) =>
        $"{answer.Probe}, by {answer.AllowedBy}: another grant of this broker, request {grant}";

    public override FormattableString OnWord(string name, DateTimeOffset at, string reason) => $"Closed at {at} on the word of {name}, not on the cluster’s. Their reason: {reason}";

    // ── Proof ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    public override string ProofHeading => "How far this is proven";
    public override string ProofChain => "Each fact below carries a SHA-256 hash over the fact before it, so none can be changed, removed or inserted in the middle without every later hash changing too.";
    public override string ProofKey => "Signing key (SHA-256 of the public key)";
    public override string ProofKeyNote => "The key in this bundle proves nothing by itself: compare this fingerprint with the one that you received by another way.";
    public override string ProofVerify => "Verify it yourself, offline: aksarcjit audit verify FILE.zip --key YOUR-COPY-OF-THE-KEY.pem; README.txt says how to do it by hand.";
    public override string ProofHead => "Hash of the last fact";

    public override FormattableString ProofWhole(long number, DateTimeOffset at, string log, long newest, DateTimeOffset newestAt) =>
        $"Checkpoint {number} of {log}, signed at {at}, covers every fact shown here, up to fact {newest} of {newestAt}. What it covers was not changed since without the change showing. That facts recorded later were left out is not excluded by this bundle alone: verify it with the log of checkpoints to exclude it.";

    public override FormattableString ProofPartly(long number, DateTimeOffset at, string log, long covered, long newest) => (covered, newest - covered) switch
    {
        (1, 1) => $"Checkpoint {number} of {log}, signed at {at}, covers fact 1. Fact {newest} is newer: the hash chain alone covers it, and it cannot exclude that its end was cut off or rewritten.",
        (1, _) => $"Checkpoint {number} of {log}, signed at {at}, covers fact 1. Facts 2 to {newest} are newer: the hash chain alone covers them, and it cannot exclude that its end was cut off or rewritten.",
        (_, 1) => $"Checkpoint {number} of {log}, signed at {at}, covers facts 1 to {covered}. Fact {newest} is newer: the hash chain alone covers it, and it cannot exclude that its end was cut off or rewritten.",
        _ => $"Checkpoint {number} of {log}, signed at {at}, covers facts 1 to {covered}. Facts {covered + 1} to {newest} are newer: the hash chain alone covers them, and it cannot exclude that its end was cut off or rewritten.",
    };

    public override FormattableString ProofNone =>
        $"No signed checkpoint covers this chain: none is configured, or none was taken yet. The hashes show changes inside the chain; they cannot exclude that somebody with write access to the journal rewrote it whole or cut off its end.";

    public override string ProofShortWhole => "every fact shown is covered";
    public override string ProofShortNone => "not covered";

    public override FormattableString ProofShortPartly(long covered) => $"covered to fact {covered}";

    // ── Facts, limits, footer ───────────────────────────────────────────────────────────────────────────────────────────────────

    public override string FactsHeading => "Every fact, as recorded";
    public override string TicketFactsHeading => "Every fact of the ticket, as recorded";
    public override string FactNumber => "No.";
    public override string FactTime => "Recorded (UTC)";
    public override string FactText => "What happened";
    public override string FactHash => "SHA-256";
    public override string FactsNote => "The sentences are for reading; the exact bytes that are hashed are in facts.ndjson.";

    public override string LimitsHeading => "What this record cannot tell";
    public override string LimitSessions => "A watch or a shell that was already open, or a token made meanwhile, can outlive the binding.";
    public override string LimitGuarded => "The cluster’s options said that a guard inside the cluster removes the binding by itself if the broker is gone for good.";
    public override string LimitUnguarded => "No guard was installed inside the cluster: had the broker been gone for good, nothing else would have removed the binding.";

    public override FormattableString LimitCommands(string subject, DateTimeOffset? from, DateTimeOffset? until) => (from, until) switch
    {
        ({ } start, { } end) => $"What was done is in the cluster’s own audit log, not here: look for user {subject} between {start} and {end}.",
        ({ } start, _) => $"What was done is in the cluster’s own audit log, not here: look for user {subject} from {start} on.",
        _ => $"What was done in the cluster is in its own audit log, not here.",
    };

    public override FormattableString Footer(string writer, string subject) => $"{subject}. Made by AksArcJit {writer} from the facts in this bundle, and from nothing else.";

    // ── Report of a ticket ──────────────────────────────────────────────────────────────────────────────────────────────────────

    public override FormattableString TicketTitle(TicketId id) => $"All access under ticket {id}";

    public override FormattableString TicketLead(string title, string customer) => $"{title}, of {customer}";

    public override FormattableString TicketHeadline(int requests, int open) => (requests, open) switch
    {
        (0, _) => $"No access was ever asked for under this ticket.",
        (1, 0) => $"One request, finished.",
        (1, _) => $"One request, not finished.",
        (_, 0) => $"{requests} requests, all finished.",
        _ => $"{requests} requests, of which {open} are not finished.",
    };

    public override string TicketComplete => "That these are all requests under the ticket is what the broker’s index says. It is not signed: verify the live journal, or a whole export of it, to confirm it.";
    public override FormattableString LeftOut(RequestId request, string why) => $"Request {request} is not in this bundle, because its chain is not to be trusted: {why}.";
    public override string RequestsHeading => "Requests";
    public override string ColumnRequest => "Request";
    public override string ColumnOutcome => "How it stands";
    public override string ColumnProof => "Proof";
    public override string ColumnInForce => "In force";
    public override string NeverInForce => "never";

    // ── README.txt ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

    private const string SignatureByHand = """
        2. The checkpoint was signed by the key that you trust:
             openssl dgst -sha256 -verify YOUR-COPY.pem -signature checkpoint.sig checkpoint.json
        """;

    private const string NoSignature =
        "2. There is no checkpoint here. Without one nobody can exclude that a whole chain was rewritten or its end cut off.";

    public override string Readme(EvidenceSubject subject, bool hasCheckpoint) => $"""
        EVIDENCE OF SUPPORT ACCESS
        {(subject is EvidenceSubject.OfTicket ticket ? $"All requests under ticket {ticket.Id}" : $"Request {((EvidenceSubject.OfRequest)subject).Id}")}

        Start with report.html. Everything in it follows from the facts; everything else here lets you check them.

          report.html                    for reading and printing
          bundle.json                    what this bundle is about
          checkpoint.json                a statement over all chains of the broker: the exact bytes that were signed
          checkpoint.sig                 its signature (ECDSA P-256 over SHA-256, DER)
          public-key.pem                 the key that checkpoint.json names; trust your own copy, not this one
          ticket/                        the support ticket's chain: facts.ndjson, ticket.json, proof.json
          requests/ID/facts.ndjson       the request's chain, one fact a line; "payload" is exactly what is hashed
          requests/ID/terms.json         the terms that each approver was shown and agreed to
          requests/ID/role.json          the role's rules when asked, at consent, at the grant, and when they changed
          requests/ID/probes.json        what the cluster answered: allowed while in force, denied after, or what else allows
          requests/ID/proof.json         that the checkpoint covers these facts, up to the version that it names
          SHA256SUMS                     the end: every other entry. Without it, this bundle was cut off

        Some are missing where there is nothing to say: no checkpoint, no ticket.

        VERIFY, offline

          aksarcjit audit verify THIS.zip --key YOUR-COPY-OF-THE-PUBLIC-KEY.pem

        It checks the chains, the terms, the proofs, the signature, the end, and makes every derived file anew to compare. With
        --checkpoints FILE (what "aksarcjit audit checkpoint --out FILE" wrote) it also tells whether anything later was left out.

        BY HAND, in the unpacked folder

        1. Nothing was cut off or swapped:
             sha256sum -c SHA256SUMS
        {(hasCheckpoint ? SignatureByHand : NoSignature)}
        3. The terms are those that were answered (compare with "shownTermsHash" beside the text):
             jq -j '.[0].shownText' requests/*/terms.json | sha256sum
        4. The rules are those that the terms name (compare with "hash" beside the text):
             jq -j '.[0].text' requests/*/role.json | sha256sum
        5. The chains follow from their facts{(hasCheckpoint ? ", and the checkpoint covers these facts" : "")}; this Python knows nothing of the product:

        {CheckScript.Python}
        WHAT IT CANNOT PROVE

        - What came after the newest fact here, or after the checkpoint.
        - That nothing recorded later was left out. A proof shows that the checkpoint holds a fact, not that it is the last of its
          chain: an older fact of the same chain has a proof too. Verify it with the log of checkpoints, as above, to exclude it.
        - That the key is the broker's: compare it with a copy that you received by another way.
        - What was done in the cluster: that is in the cluster's own audit log.
        {(subject is EvidenceSubject.OfTicket ? "- That these are all requests under the ticket: verify a whole export of the journal to confirm it.\n" : "")}
        """;
}
