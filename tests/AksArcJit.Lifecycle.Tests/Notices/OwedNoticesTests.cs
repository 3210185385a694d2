using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit;
using static AksArcJit.Lifecycle.Notices.NoticeKind;

namespace AksArcJit.Lifecycle.Tests.Notices;

public sealed class OwedNoticesTests
{
    private static readonly TimeSpan Warning = TimeSpan.FromMinutes(10);
    private static readonly RequestId Id = Sample.Id(7);
    private static readonly Person Engineer = Sample.Engineer;
    private static readonly Person Ada = Sample.Approver;
    private static readonly Person Bea = Sample.SecondApprover;
    private static readonly Person Cem = Sample.ThirdApprover;

    [Fact]
    public void GivenNothing_ThenNothingIsOwed() => Assert.Empty(OwedNotices.Of([], Warning));

    [Fact]
    public void GivenAsked_ThenEveryApproverIsToBeAsked() => Story.Asked().ThenOwes((ConsentAsked, 1, Ada), (ConsentAsked, 1, Bea), (ConsentAsked, 1, Cem));

    [Fact]
    public void GivenAskedAndOneTold_ThenTheOthersAreOwed() =>
        Story.Asked().Told(ConsentAsked, 1, Ada).NotTold(ConsentAsked, 1, Bea).ThenOwes((ConsentAsked, 1, Cem));

    [Fact]
    public void GivenOneOfTwoConsents_ThenWhoConsentedIsNotAskedNorToldOfThemselves() => Story.Asked(quorum: 2)
        .And(Consent(Ada)).ThenOwes((ConsentAsked, 1, Bea), (ConsentAsked, 1, Cem), (Decided, 2, Engineer), (Decided, 2, Bea), (Decided, 2, Cem));

    [Fact]
    public void GivenRefused_ThenNobodyIsAskedAnyMore() => Story.Asked().And(new RequestFact.ConsentRefused(Bea, ""))
        .ThenOwes((Decided, 2, Engineer), (Decided, 2, Ada), (Decided, 2, Cem));

    [Fact]
    public void GivenWithdrawn_ThenTheApproversAreToldAndNotTheEngineer() => Story.Asked().And(new RequestFact.RequestWithdrawn(Engineer))
        .ThenOwes((EndedWithoutAccess, 2, Ada), (EndedWithoutAccess, 2, Bea), (EndedWithoutAccess, 2, Cem));

    [Fact]
    public void GivenLapsed_ThenEverybodyIsTold() => Story.Asked().And(new RequestFact.ConsentLapsed())
        .ThenOwes((EndedWithoutAccess, 2, Engineer), (EndedWithoutAccess, 2, Ada), (EndedWithoutAccess, 2, Bea), (EndedWithoutAccess, 2, Cem));

    [Fact]
    public void GivenActive_ThenEverybodyIsToldAndTheEngineerWarnedTenMinutesBeforeTheEnd()
    {
        var story = Story.Active(TimeSpan.FromHours(2)).Told(Decided, 2, Engineer).Told(Decided, 2, Bea).Told(Decided, 2, Cem);
        story.ThenOwes((Granted, 4, Engineer), (Granted, 4, Ada), (Granted, 4, Bea), (Granted, 4, Cem), (ExpiringSoon, 4, Engineer));
        Assert.Equal(Sample.Start.AddMinutes(110), story.Owed.Single(owed => owed.Notice.Kind == ExpiringSoon).Since);
    }

    [Theory]
    [InlineData(30, 24.0)]
    [InlineData(5, 4.0)]
    [InlineData(4.9, null)]
    public void GivenAShortWindow_ThenTheWarningIsItsLastFifthOrNone(double minutes, double? warnedAt) =>
        Assert.Equal(
            warnedAt is { } at ? Sample.Start.AddMinutes(at) : null,
            Story.Active(TimeSpan.FromMinutes(minutes)).Owed.SingleOrDefault(owed => owed.Notice.Kind == ExpiringSoon)?.Since);

    [Fact]
    public void GivenEndedBeforeAnybodyWasToldOfTheGrant_ThenOnlyTheEndIsTold() => Story.Ended().ThenOwes(
        (Decided, 2, Engineer), (Decided, 2, Bea), (Decided, 2, Cem), (Ended, 6, Engineer), (Ended, 6, Ada), (Ended, 6, Bea), (Ended, 6, Cem));

    [Fact]
    public void GivenUnconfirmed_ThenOperatorsAndApproversAreTold_AndOnceItEndsOnlyTheEnd()
    {
        var story = Story.Active(TimeSpan.FromHours(2)).ToldOfDecision().And(Ordered).And(new RequestFact.RevocationUnconfirmed("no answer", []));
        story.ThenOwes((RevocationUnconfirmed, 9, null), (RevocationUnconfirmed, 9, Ada), (RevocationUnconfirmed, 9, Bea), (RevocationUnconfirmed, 9, Cem));
        story.And(new RequestFact.GoneByWord(Sample.Operator, "scrapped"))
            .ThenOwes((Ended, 10, Engineer), (Ended, 10, Ada), (Ended, 10, Bea), (Ended, 10, Cem));
    }

    [Fact]
    public void GivenAStrayAfterTheEnd_ThenTheNewEndIsToldAgainAndTheOldNoMore()
    {
        var story = Story.Ended().ToldOfDecision().Told(Ended, 6, Engineer).And(new RequestFact.StrayBindingFound("uid-2"));
        story.ThenOwes();
        story.And(new RequestFact.AccessGone([], [])).ThenOwes((Ended, 12, Engineer), (Ended, 12, Ada), (Ended, 12, Bea), (Ended, 12, Cem));
    }

    [Fact]
    public void GivenAGrantThatFailed_ThenEverybodyIsToldThatThereWasNoAccess() => Story.Asked().And(Consent(Ada)).ToldOfDecision().And(Intent)
        .And(new RequestFact.RevocationStarted(new Outcome.GrantFailed("no answer"), null, "no answer")).And(new RequestFact.AccessGone([], []))
        .ThenOwes((EndedWithoutAccess, 8, Engineer), (EndedWithoutAccess, 8, Ada), (EndedWithoutAccess, 8, Bea), (EndedWithoutAccess, 8, Cem));

    [Fact]
    public void GivenEverythingWasTold_ThenNothingIsOwed()
    {
        var story = Story.Active(TimeSpan.FromHours(2));
        story = story.Owed.Aggregate(story, (so, owed) => so.Told(owed.Notice.Kind, owed.Notice.About, owed.Notice.To));
        story.ThenOwes();
    }

    private static RequestFact.ConsentGiven Consent(Person approver) => new(approver, Sample.Terms(Id).Hash(), Sample.Terms(Id), [], "");

    private static RequestFact.GrantIntended Intent => new(1, Sample.Terms(Id), BindingName.For(Id, new Scope.Cluster()), Sample.Start.AddHours(3), []);

    private static RequestFact.RevocationStarted Ordered => new(new Outcome.Ended(EndCause.CustomerRevoked), Ada, "enough");

    private sealed record Story(IReadOnlyList<(RequestFact Fact, DateTimeOffset At)> Facts)
    {
        public IReadOnlyList<OwedNotice> Owed => OwedNotices.Of(Facts, Warning);

        public static Story Asked(int quorum = 1) => new Story([]).And(new RequestFact.AccessRequested(Sample.Request(Id, quorum), Sample.Rules.Rules));

        public static Story Active(TimeSpan window) =>
            Asked().And(Consent(Ada)).And(Intent).And(new RequestFact.Granted("uid-1", Sample.Start.AddHours(3), Sample.Start + window, []));

        public static Story Ended() => Active(TimeSpan.FromHours(2)).And(Ordered).And(new RequestFact.AccessGone([], []));

        public Story And(RequestFact fact) => new([.. Facts, (fact, Sample.Start)]);

        public Story Told(NoticeKind kind, long about, Person? to) => And(new RequestFact.NoticeDelivered(new Notice(kind, about, to), "smtp"));

        public Story NotTold(NoticeKind kind, long about, Person? to) => And(new RequestFact.NoticeUndelivered(new Notice(kind, about, to), "no answer"));

        public Story ToldOfDecision() => Told(Decided, 2, Engineer).Told(Decided, 2, Bea).Told(Decided, 2, Cem);

        public void ThenOwes(params (NoticeKind, long, Person?)[] expected) =>
            Assert.Equal(expected, Owed.Select(owed => (owed.Notice.Kind, owed.Notice.About, owed.Notice.To)));
    }
}
