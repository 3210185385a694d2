using AksArcJit.Broker;
using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Following;
using AksArcJit.Broker.Notices;
using AksArcJit.Broker.Operations;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Broker.Sweeping;
using AksArcJit.Broker.Tickets;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit.Checkpoints;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AksArcJit.TestKit.Brokers;

/// <summary>
/// One broker process: everything that dies with it, composed over a journal, clusters and a clock that outlive it. Two of them over one
/// journal are two instances; a new one after a crash is a restart.
/// </summary>
public sealed class TestBroker
{
    /// <summary>All brokers of a test are of one installation.</summary>
    public static ConsentKey Key { get; } = new(new byte[ConsentKey.LeastBytes]);

    /// <param name="log">Null where no checkpoints are made.</param>
    /// <param name="followers">Apart from checkpoints and notices.</param>
    /// <param name="channels">Null where nobody is told anything.</param>
    public TestBroker(
        IJournal journal, IClusters clusters, TimeProvider time, int seed, IReadOnlyList<INoticeChannel>? channels = null, BrokerOptions? options = null,
        ICheckpointLog? log = null, ISigner? signer = null, ILoggerFactory? logging = null, IReadOnlyList<IFollower>? followers = null, NoticeOptions? notices = null, AlertMetrics? alerts = null,
        params IEnumerable<IAnchor> anchors)
    {
        var loggers = logging ?? NullLoggerFactory.Instance;
        Time = time;
        Book = new ClusterBook(options ?? Options());
        Coverage? coverage = log is null ? null : new Coverage(time, TimeSpan.FromSeconds(60));
        var outstanding = channels is null ? null : new Outstanding(time);
        List<IFollower> all = [.. new IFollower?[] { coverage, outstanding }.OfType<IFollower>(), .. followers ?? []];
        if (all.Count > 0)
            journal = new FollowedJournal(journal, all, time);
        if (log is not null)
        {
            Anchoring = new Anchoring(Book.Installation, anchors, log, Standing, new CheckpointTrust(signer), time, NullLogger<Anchoring>.Instance);
            Checkpointer = new Checkpointer(
                Book.Installation, journal, log, signer ?? new TestSigner(), coverage!, Anchoring, Standing, time, NullLogger<Checkpointer>.Instance);
        }
        Journal = journal;
        var entropy = new SeededEntropy(seed);
        var sealing = new Sealing(entropy, Key);
        var openGrants = new OpenGrants();
        var secrets = new ConsentSecrets(Key);
        Queue = new DeadlineQueue();
        var circumstances = new Circumstancer(journal, clusters, Book, Standing);
        var effects = new EffectPerformer(clusters, circumstances, sealing, time, loggers.CreateLogger<EffectPerformer>(), alerts);
        var findings = new ClusterFindings(journal, sealing, time);
        var ends = new UnrecordedEnds(effects, clusters, Book, findings, time, loggers.CreateLogger<UnrecordedEnds>());
        Engine = new RequestEngine(journal, sealing, time, effects, Queue, openGrants, new ResidualAccess(journal, loggers.CreateLogger<ResidualAccess>()), ends);
        if (outstanding is not null)
        {
            Health = new NoticeHealth(channels!);
            var said = notices ?? new NoticeOptions();
            var courier = new Courier(new Readers(Book, said, channels!), new NoticeWriter(Book, secrets, circumstances), said, entropy, Health, time, loggers.CreateLogger<Courier>());
            Notices = new NoticeLoop(outstanding, Engine, journal, courier, Health, said, time, loggers.CreateLogger<NoticeLoop>());
        }
        var endings = new Endings(Engine, time, NullLogger<Endings>.Instance);
        Tickets = new TicketDesk(journal, sealing, time, endings);
        Operations = new OperationsDesk(journal, sealing, time, endings, Standing);
        Requests = new RequestDesk(journal, Engine, circumstances, Book, secrets, sealing, time);
        Consents = new ConsentDesk(Engine, circumstances, sealing, clusters, Book, time, loggers.CreateLogger<ConsentDesk>());
        var bindings = new BindingSweep(Engine, Book, time, NullLogger<BindingSweep>.Instance);
        var remedies = new Remedies(Engine, clusters, findings, NullLogger<Remedies>.Instance);
        var requests = new RequestSweep(Engine, circumstances, bindings, NullLogger<RequestSweep>.Instance, Notices);
        Sweeper = new Sweeper(journal, circumstances, Book, new ClusterSweep(clusters, Book, requests, bindings), requests, remedies, time);
        Watch = new ClusterWatch(clusters, Book, bindings, remedies, Sweeper, time, NullLogger<ClusterWatch>.Instance);
        Loop = new DeadlineLoop(Queue, journal, Engine, Tickets, Operations, openGrants, time, NullLogger<DeadlineLoop>.Instance);
        Secrets = secrets;
    }

    public IJournal Journal { get; }

    public JournalStanding Standing { get; } = new();

    public Checkpointer? Checkpointer { get; }

    public Anchoring? Anchoring { get; }

    public TimeProvider Time { get; }

    public ClusterBook Book { get; }

    /// <summary>Null where nobody is told anything.</summary>
    public NoticeLoop? Notices { get; }

    public NoticeHealth? Health { get; }

    public DeadlineQueue Queue { get; }

    public RequestEngine Engine { get; }

    public RequestDesk Requests { get; }

    public ConsentDesk Consents { get; }

    public TicketDesk Tickets { get; }

    public OperationsDesk Operations { get; }

    public Sweeper Sweeper { get; }

    public ClusterWatch Watch { get; }

    public DeadlineLoop Loop { get; }

    public ConsentSecrets Secrets { get; }

    public static BrokerOptions Options() => new()
    {
        Installation = "test",
        PublicUrl = "http://127.0.0.1:7480",
        Clusters =
        [
            new ClusterOptions
            {
                Id = Sample.ClusterId.Text, DisplayName = "Edge 01", Customer = Sample.Customer, MaximumDuration = "PT8H", ConsentLifetime = "PT4H",
                Scopes = ["Cluster", "Namespace"], Namespaces = ["*"], GuardInstalled = true,
                Approvers = [new ApproverOptions { Issuer = Sample.Issuer, ObjectId = Sample.Approver.ObjectId, Name = "Ada Approver" }],
            },
        ],
    };

    public ConsentLink LinkFor(RequestId id, Person approver) => new(id, Secrets.Secret(id, approver, 1));

    public Task<Submission> AskAsync(string? key, TimeSpan duration, Scope? scope = null, DateTimeOffset? startAt = null, ClusterId? cluster = null) =>
        Requests.AskAsync(
        new Asking(Sample.Engineer, "Erika Engineer", new Dictionary<string, string> { ["oid"] = Sample.Engineer.ObjectId }, Sample.TicketId,
            cluster ?? Sample.ClusterId, scope ?? new Scope.Cluster(), duration, "Look at restarting pods", startAt, null, key), CancellationToken.None);

    public async Task<ConsentResult> ApproveAsync(RequestId id, Person approver, string confirmation = "Edge 01")
    {
        var link = LinkFor(id, approver);
        var view = await Consents.ReadAsync(link, CancellationToken.None);
        return await Consents.DecideAsync(link, new ConsentAnswer(ConsentVerb.Approve, view?.Terms.Hash() ?? "", confirmation, null, null, ""), CancellationToken.None);
    }

    public async Task<RequestState> StateAsync(RequestId id) => (await Engine.ReadAsync(id, CancellationToken.None)).State;
}

/// <summary>Ids from a seed: two runs of one seed are alike, two seeds never meet.</summary>
public sealed class SeededEntropy(int seed) : IEntropy
{
    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();

    public void Fill(Span<byte> bytes)
    {
        lock (_gate)
            _random.NextBytes(bytes);
    }
}
