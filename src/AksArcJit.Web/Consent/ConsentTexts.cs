using System.Globalization;
using AksArcJit.Broker.Consents;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Web.Consent;

/// <summary>
/// Every word of the consent page. A sentence that holds words of others is a <see cref="FormattableString"/>: the page renders its
/// arguments as data (<see cref="Phrase"/>), never as part of the sentence.
/// </summary>
public static class ConsentTexts
{
    public const string Product = "Support access";
    public const string Nothing = "Nothing was granted.";

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    public static string Title(string cluster) => $"Support access to {VisibleText.Plain(cluster)}";

    public static FormattableString Heading(string cluster) => $"Support access to {cluster}";

    public static FormattableString Lead(string engineer, bool isWaiting, TimeSpan duration, Scope scope) => (isWaiting, scope) switch
    {
        (true, Scope.Namespace one) => $"{engineer} asks for {duration} of access to namespace {one.Name}.",
        (true, _) => $"{engineer} asks for {duration} of access to the whole cluster.",
        (false, Scope.Namespace one) => $"For {engineer}: {duration} of access to namespace {one.Name}.",
        (false, _) => $"For {engineer}: {duration} of access to the whole cluster.",
    };

    public static FormattableString Addressed(string approver) => $"This page is for {approver}. Treat its address like a password.";

    // ── Who, why, what ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    public const string TermsHeading = "What is asked";
    public const string Who = "Who asks";
    public const string PersonId = "Person id";
    public const string Issuer = "Identity issued by";
    public const string Subject = "Known to the cluster as";
    public const string Ticket = "Support ticket";
    public const string TicketClosed = "This ticket is closed.";
    public const string TicketUnreadable = "The ticket could not be read just now.";
    public const string Why = "Why";
    public const string Cluster = "Cluster";
    public const string ScopeLabel = "Scope";
    public const string Window = "For how long";
    public const string Start = "Starts";
    public const string Role = "Role";
    public const string Deadline = "Answer by";
    public const string RequestLabel = "Request";
    public const string WholeCluster = "The whole cluster, every namespace";
    public const string StartAtConsent = "As soon as it is approved";
    public const string WindowCounts = "The clock starts when access is in force, not while it waits.";

    public static FormattableString OneNamespace(string name) => $"Only namespace {name}";

    public static FormattableString NarrowedFrom(Terms asked) => $"Asked for: {asked.Duration}, {ScopeWords(asked.Scope)}. Narrowed by a consent.";

    public static FormattableString Severity(string severity) => $"Severity {severity}";

    public static FormattableString Extends(RequestId id) => $"Extends request {id}. It needs its own consent and has its own window.";

    public static FormattableString Left(TimeSpan left) => $"{Rounded(left)} left when this page was shown";

    public static string ScopeWords(Scope scope) => scope is Scope.Namespace one ? $"namespace {one.Name}" : "the whole cluster";

    // ── The role ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    public const string RoleHeading = "What this access can do";
    public const string RoleRaw = "The exact rules, as Kubernetes stores them";
    public const string RoleFingerprint = "Fingerprint of these rules (SHA-256)";
    public const string RoleMissing = "The role does not exist on the cluster, or it holds no rule. Nothing can be approved.";
    public const string RoleUnreadable = "The role's rules could not be read from the cluster just now. What cannot be shown cannot be approved. Reload this page in a moment.";
    public const string RoleUnrecorded = "The rules that were consented to are not in the record of this request.";
    public const string Forbidden = "Never allowed";
    public const string DangerAccepted = "Danger, accepted for this cluster";
    public const string DangerNotAccepted = "Danger, not accepted for this cluster";
    public const string VerdictNever = "Guard check failed: this role can do what no configuration allows. You cannot approve it.";
    public const string VerdictClean = $"Guard check passed: {RoleVerdict.Harmless.Words}.";
    public const string VerdictBlocked = "Guard check failed: this role holds a danger that your cluster's configuration does not accept. You cannot approve it.";
    public const string VerdictUnknown = "Guard check not possible: this cluster is no longer in the broker's configuration. You cannot approve it.";

    public static FormattableString RoleNow(string role) => $"These are the rules of {role} on the cluster at this moment. You consent to exactly these; if they change, access is not granted.";

    public static FormattableString RoleWithin(string name) => $"Access is limited to namespace {name}: there these rules apply, and what is about the whole cluster does not.";

    public static FormattableString RoleConsented(string role) => $"These are the rules of {role} that this request is about, as recorded.";

    public static FormattableString RoleChanged(string role) => $"The rules of {role} have changed since they were consented to, and still passed the guard check. This is what access can do now.";

    public static string VerdictAccepted(int dangers) => dangers == 1
        ? "Guard check passed, with one danger that your cluster's configuration accepts. Read it below."
        : $"Guard check passed, with {dangers} dangers that your cluster's configuration accepts. Read them below.";

    public static string TopicHeading(Topic topic) => topic switch
    {
        Topic.AccessControl => "Access control: who may do what",
        Topic.Secrets => "Secrets",
        Topic.Programs => "Runs programs, or gets inside running ones",
        Topic.Infrastructure => "Nodes, namespaces and storage",
        Topic.Changes => "Changes and deletes",
        Topic.LooksAt => "Looks at",
        Topic.Addresses => "Addresses of the API server",
        _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, null),
    };

    // ── Other access, limits ────────────────────────────────────────────────────────────────────────────────────────────────────

    public const string OthersHeading = "Access that we do not control";
    public const string OthersNone = "No binding outside this broker gives this role to anybody.";
    public const string OthersUnreadable = "The cluster's other bindings to this role could not be listed just now. There may be access by this role that this broker neither gives nor ends.";
    public const string OthersIntro = "These bindings give the same role. This broker did not make them and will not remove them; your decision here does not change them.";
    public const string OwnIntro = "These carry this broker's labels: other grants, each with its own consent and end.";

    public static FormattableString EndsBy(DateTimeOffset end) => $"ends by {end}";

    public const string LimitsHeading = "What ending access cannot do";
    public const string LimitOpenSessions = "A watch or a shell that is already open, or a token made meanwhile, can outlive the binding. Ending access stops what begins after it.";
    public const string LimitCommands = "What was typed is in your cluster's own audit log, not here. This broker records who had access, and when.";
    public const string LimitGuarded = "If this broker is gone for good, a guard inside your cluster removes the binding within 2 minutes of its last allowed moment.";
    public const string LimitUnguarded = "No guard is installed inside your cluster: if this broker is gone for good, nobody removes the binding by itself.";

    // ── Deciding ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    public const string ToDecision = "Go to your decision";
    public const string DecisionHeading = "Your decision";
    public const string ApproveHeading = "Approve";
    public const string ApproveButton = "Approve this access";
    public const string RefuseHeading = "Refuse";
    public const string RefuseIntro = "One refusal closes the request. Nothing is granted. No confirmation is needed.";
    public const string RefuseButton = "Refuse";
    public const string EndHeading = "End access now";
    public const string EndButton = "End access now";
    public const string EndIntro = "The binding is removed at once, and the cluster is asked to prove that it is gone. This cannot be undone; the engineer would have to ask again.";
    public const string CancelHeading = "Take it back";
    public const string CancelButton = "Cancel this request";
    public const string CancelIntro = "Access has not begun. Cancelling closes the request for everybody; the engineer would have to ask again.";
    public const string DurationLabel = "How long";
    public const string DurationHint = "You can shorten the window, never lengthen it.";
    public const string NamespaceLabel = "Where";
    public const string NamespaceLabelFree = "Only in this namespace (optional)";
    public const string NamespaceHint = "Limited to one namespace, rules about the whole cluster (nodes, for example) no longer apply.";
    public const string NamespaceHintFree = "Empty means the whole cluster. Limited to one namespace, rules about the whole cluster (nodes, for example) no longer apply.";
    public const string CommentLabel = "Comment (optional)";
    public const string CommentHint = "Recorded for the engineer and the auditors.";
    public const string ReasonLabel = "Reason (optional)";
    public const string Reload = "Show the latest state";
    public const string CannotApproveHeading = "You cannot approve this now";
    public const string CannotApproveTicket = "The support ticket is closed, or could not be read. Access needs an active ticket.";
    public const string CannotApproveApprover = "You are no longer an approver of this cluster.";

    public static FormattableString ConfirmationLabel(string cluster) => $"Type {cluster} to confirm";

    public static FormattableString DurationAsAsked(TimeSpan duration) => $"{duration}, as asked";

    public static FormattableString NamespaceOnly(string name) => $"Only {name}";

    public static FormattableString ChooseAnother(string entered) => $"Not {entered}: choose another";

    public const string FaultOfDecision = "This form did not say what you decided. Approve or refuse below.";
    public const string FaultOfDuration = "This is not understood as a duration. Choose one of the list (written as ISO 8601: PT30M is 30 minutes, PT2H is 2 hours).";
    public const string FaultOfNamespace = "This is no namespace name: 1 to 63 of a–z, 0–9 and -, a letter or digit at both ends.";
    public const string FaultOfComment = "The comment may hold at most 2000 characters and no control characters.";
    public const string FaultOfConfirmation = "This is not the cluster's name. Type it exactly as it stands above the field, capitals and spaces included.";

    public static string FaultOf(RefusalReason reason, Field field, string detail) => (reason, field) switch
    {
        (RefusalReason.WidensTerms, Field.Duration) => "You can shorten the window, not lengthen it, and it must be longer than zero.",
        (RefusalReason.WidensTerms, _) => "You can narrow where access holds, not widen it.",
        (RefusalReason.ScopeNotAllowed, Field.Namespace) => "Access limited to this namespace is not allowed by the cluster's configuration. Name another, or leave it as asked.",
        _ => detail,
    };

    // ── Consents so far ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    public const string ConsentsHeading = "Consents so far";
    public const string NarrowingHolds = "The terms on this page are already those that the consents so far have narrowed.";

    public static FormattableString ConsentsNeeded(int quorum, int given) => $"{quorum} approvers must agree; {given} have.";

    public static FormattableString ConsentOf(string name, TimeSpan duration, string scope, DateTimeOffset at) => $"{name}, {at}: {duration}, {scope}";

    // ── Where it stands ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    public const string ProofHeading = "How the end was established";
    public const string ResidualHeading = "Still possible by other means";
    public const string ResidualIntro = "When our binding was gone, the cluster still allowed these to the same person, for the reason it gave. This broker does not control that access.";

    /// <summary>The state in a headline.</summary>
    public static FormattableString Headline(ConsentView view, DateTimeOffset now) => view.State switch
    {
        RequestState.AwaitingConsent waiting when now >= waiting.Request.ConsentDeadline => $"The time for an answer is over",
        RequestState.AwaitingConsent when view.HasDecided => $"You have approved; other approvers are still asked",
        RequestState.AwaitingConsent => $"Waiting for your decision",
        RequestState.Scheduled scheduled => $"Approved; access starts {scheduled.StartAt}",
        RequestState.Granting => $"Approved; access is being set up",
        RequestState.Active active when now >= active.ExpiresAt => $"The window is over; access is being removed",
        RequestState.Active active => $"Access is in force until {active.ExpiresAt}",
        RequestState.Revoking => $"Access is being removed",
        RequestState.RevocationUnconfirmed => $"Removal not confirmed: count on access still being possible",
        RequestState.Closed closed => Headline(closed.Outcome),
        _ => throw new ArgumentOutOfRangeException(nameof(view)),
    };

    /// <summary>What the state means, in sentences.</summary>
    public static IEnumerable<FormattableString> Meaning(ConsentView view, DateTimeOffset now)
    {
        switch (view.State)
        {
            case RequestState.AwaitingConsent waiting when now >= waiting.Request.ConsentDeadline:
                yield return $"The deadline was {waiting.Request.ConsentDeadline}. Nothing was granted. The engineer can ask again.";
                break;
            case RequestState.AwaitingConsent waiting when view.HasDecided:
                yield return $"Nothing is granted until {waiting.Request.Quorum} approvers agree. Without that by {waiting.Request.ConsentDeadline}, the request ends by itself.";
                break;
            case RequestState.AwaitingConsent waiting:
                yield return $"Without an answer by {waiting.Request.ConsentDeadline} nothing is granted.";
                yield return $"Opening or reloading this page changes nothing.";
                break;
            case RequestState.Scheduled scheduled:
                yield return $"Then it holds for {scheduled.Final.Duration}. Until then nobody has access by this request.";
                if (scheduled.HeldFor is { } reason)
                    yield return $"The start waits: {reason}";
                break;
            case RequestState.Granting granting:
                yield return $"The window of {granting.Grant.Terms.Duration} starts when the cluster confirms the access, and ends no later than {granting.Grant.NotAfter}.";
                if (granting.Attempt.HeldFor is { } held)
                    yield return $"It waits: {held}";
                break;
            case RequestState.Active active:
                yield return $"The cluster confirmed it at {active.GrantedAt}. It ends by itself, and you can end it at any time.";
                if (active.ExpiresAt > now)
                    yield return Left(active.ExpiresAt - now);
                break;
            case RequestState.Revoking revoking:
                yield return Cause(revoking.Removal.Outcome);
                yield return $"Until the cluster confirms that the access is gone, count on it still being possible. The attempts since {revoking.Removal.StartedAt} go on until it is.";
                if (revoking.Removal.Reason is { } failure)
                    yield return $"The last attempt failed: {failure}";
                break;
            case RequestState.RevocationUnconfirmed unconfirmed:
                yield return Cause(unconfirmed.Removal.Outcome);
                yield return $"The removal began at {unconfirmed.Removal.StartedAt}, and the cluster has not confirmed that the access is gone. The broker keeps trying and does not give up; its operators are told.";
                if (unconfirmed.Removal.Reason is { } doubt)
                    yield return $"What stands in the way: {doubt}";
                yield return $"You can also delete {unconfirmed.Grant.Binding} in the cluster yourself.";
                break;
            case RequestState.Closed closed:
                yield return Cause(closed.Outcome);
                if (closed.Grant is null)
                    yield return $"No access was ever given by this request.";
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(view));
        }
    }

    /// <summary>How it is known that nothing is left; null where no such fact is recorded.</summary>
    public static FormattableString? Proof(RequestFact fact, DateTimeOffset at, Func<Person, string> name) => fact switch
    {
        RequestFact.AccessGone { Residual.Count: > 0 } gone =>
            $"The cluster itself confirmed it at {at}: our binding is absent. Of {gone.Answers.Count} test questions it still answers {gone.Residual.Count} with yes, because of other access.",
        RequestFact.AccessGone gone => $"The cluster itself confirmed it at {at}: our binding is absent, and every test question was denied ({gone.Answers.Count}).",
        RequestFact.GoneByWord word => $"Closed at {at} on the word of {name(word.Operator)}, not on the cluster's: it never confirmed that the access is gone. Their reason: {word.Reason}",
        _ => null,
    };

    public static FormattableString Residual(ProbeAnswer answer) => answer.Grantor is { } grantor
        ? $"{answer.Probe} (by {grantor})"
        : (FormattableString)$"{answer.Probe} ({(answer.Reason.Length > 0 ? answer.Reason : "no reason given")})";

    private static FormattableString Headline(Outcome outcome) => outcome switch
    {
        Outcome.Refused => $"Refused; nothing was granted",
        Outcome.Lapsed => $"Nobody decided in time; nothing was granted",
        Outcome.Withdrawn => $"Withdrawn by the engineer",
        Outcome.Cancelled => $"Cancelled before access was in force",
        Outcome.GrantFailed => $"Access could not be given",
        Outcome.Ended => $"Access has ended",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    private static FormattableString Cause(Outcome outcome) => outcome switch
    {
        Outcome.Refused => $"An approver refused the request.",
        Outcome.Lapsed => $"The deadline passed without the consents that were needed.",
        Outcome.Withdrawn => $"The engineer took the request back.",
        Outcome.Cancelled { Cause: CancelCause.TicketClosed } => $"The support ticket was closed.",
        Outcome.Cancelled { Cause: CancelCause.RoleChanged } => $"The role's rules were no longer those that were consented to.",
        Outcome.Cancelled { Cause: CancelCause.OperatorRevoked } => $"An operator of this broker ordered it.",
        Outcome.Cancelled { Cause: CancelCause.CustomerRevoked } => $"An approver took the consent back.",
        Outcome.GrantFailed failed => $"The reason: {failed.Reason}",
        Outcome.Ended ended => ended.Cause switch
        {
            EndCause.Expired => $"The window was over.",
            EndCause.TicketClosed => $"The support ticket was closed.",
            EndCause.CustomerRevoked => $"An approver ended it.",
            EndCause.EngineerReleased => $"The engineer handed it back.",
            EndCause.OperatorRevoked => $"An operator of this broker ended it.",
            EndCause.BindingAltered => $"Somebody changed the binding in the cluster.",
            EndCause.BindingDisappeared => $"Somebody else removed the binding in the cluster.",
            EndCause.RoleChanged => $"The role's rules were no longer those that were consented to.",
            _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    // ── What happened ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    public const string TimelineHeading = "What happened";
    public const string TimelineNote = "From the broker's journal, oldest first. Times are UTC.";

    public static string UnnamedPerson(Person person) => $"person {person.ObjectId}";

    // ── Notices and pages without a request ─────────────────────────────────────────────────────────────────────────────────────

    public static readonly Notice UnknownLink = new(
        "This link leads nowhere", "The link is not complete, not ours, or its time is over. If it came by mail, copy the whole address; otherwise ask the engineer to ask again.");

    public static readonly Notice Unreachable = new(
        "The broker's journal cannot be read just now", "Nothing has changed. Reload this page in a few seconds.");

    public static readonly Notice OutcomeUnknown = new(
        "It is unknown whether your decision was recorded", "The journal did not answer. Open your link again in a few seconds: the page shows the truth, and deciding again is safe.");

    public static readonly Notice Quarantined = new(
        "The record of this request cannot be trusted", "Its journal is damaged or unreadable. Nothing is granted from it, any binding of it is removed at its end, and the operators are told.");

    /// <summary>On top of the page of a request whose chain holds only in part.</summary>
    public static readonly Notice OnlyToEnd = new(
        "The record of this request cannot be trusted", "Its journal is damaged, and the operators are told. What you see below may be out of date. You can still end the access.");

    public static Notice EndedUnrecorded(bool isGone) => isGone
        ? new("The access has ended", "The cluster has confirmed it. The journal of this request is damaged and cannot record that you ended it; the operators are told.")
        : new("The access is being ended", "The cluster has not confirmed it yet; the broker goes on trying. The journal of this request is damaged and cannot record that you ended it; the operators are told.");

    public static readonly Notice Foreign = new(
        "This answer did not come from this page", "Your browser says that another site sent the form. Nothing was recorded. Open the link from your mail and decide there.");

    public static readonly Notice TooLarge = new("The answer is too long", "Nothing was recorded. Open your link again and shorten the comment.");

    public static readonly Notice OtherType = new("This is not the form of this page", "Nothing was recorded. A decision is posted as application/x-www-form-urlencoded.");

    public static readonly Notice Malformed = new("The form could not be read", "Nothing was recorded. Open your link again and fill in each field once.");

    public static readonly Notice FaultyForm = new("Please look at this again", "Nothing was recorded.");

    /// <summary>Why an answer was turned down, on top of the page as it stands now.</summary>
    public static Notice TurnedDown(Refusal refusal) => refusal.Reason switch
    {
        RefusalReason.TermsChanged => new("The terms have changed; nothing was granted",
            "They are no longer those that you were shown. Below are the terms as they stand now. Read them and decide again; what you narrowed is still filled in."),
        RefusalReason.AlreadyDecided => new("This has been decided already", "Your answer changed nothing. Below is where the request stands."),
        RefusalReason.ConsentExpired => new("The time for an answer is over", "Nothing was granted. The engineer can ask again."),
        RefusalReason.NothingToEnd => new("There is no access to end", "The request is closed. Your answer changed nothing."),
        RefusalReason.JournalNotTrusted => new("New access is held back", "Our record of past decisions does not agree with its own copy, so nothing new is granted until somebody has looked. Nothing was granted, and your link is not spent."),
        RefusalReason.GrantsPaused => new("New access is paused", "An operator has paused new access for now. Nothing was granted, and your link is not spent: try again when it is resumed."),
        RefusalReason.InputUnavailable => new("Not everything could be checked; nothing was granted", refusal.Detail + " Your link is not spent."),
        RefusalReason.WidensTerms or RefusalReason.NamespaceDiffers or RefusalReason.NamespaceNotFound or RefusalReason.ScopeNotAllowed or RefusalReason.DurationOutsidePolicy => FaultyForm,
        _ => new("Not possible now; nothing was granted", refusal.Detail),
    };

    private static TimeSpan Rounded(TimeSpan left) => left switch
    {
        { TotalMinutes: < 1 } => TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds)),
        { TotalHours: < 1 } => TimeSpan.FromSeconds(Math.Floor(left.TotalSeconds)),
        _ => TimeSpan.FromMinutes(Math.Floor(left.TotalMinutes)),
    };
}

/// <param name="Text">One or more sentences. May hold others' words: shown as data.</param>
public sealed record Notice(string Title, string Text);
