internal import EventLoop
internal import Logging
internal import Requests
package import SMSPipeline
package import Time

/// The worker's pipeline: consume → send → track → publish, on one event loop.
///
/// All state is the actor's, and the actor runs on the loop's thread: the compiler checks that nothing else touches it. What blocks has
/// threads of its own (committer, restorers, connector) and answers in batches through the loop's mailbox.
///
/// `Pipeline+Consume` reads records, `+Assign` owns and gives back partitions, `+Send` runs attempts, `+Track` polls, `+Commands` obeys
/// operators, `+Write` turns decisions into operations, `+Commit` runs the transactions, `+Recover` rebuilds what is lost.
package final class Pipeline {
    let configuration: WorkerConfiguration
    let metrics: WorkerMetrics
    let health: HealthState
    let log = Logger(label: "worker")

    // MARK: Time, as whoever runs it says at each entry

    private(set) var now: MonotonicInstant
    /// Milliseconds since 1970.
    private(set) var wallNow: Int64
    /// When it wants its next turn, whatever comes before.
    package var nextTurnAt: MonotonicInstant
    var nextTick: MonotonicInstant

    // MARK: The provider's side: survives whatever is rebuilt on Kafka's

    let gateway: any ProviderGateway
    var attempts = SlotTable<Attempt>()
    var facts = FactStore<Attempt>()
    var account: AccountGate
    var balanceLook = BalanceLook<RefusedAttempt>()
    var breaker: CircuitBreaker
    var retryAfter = RetryAfterGate()
    var budget: RateBudget
    var retryBudget: RetryBudget
    var clockGuard: ClockGuard
    let backoff: Backoff
    let schedule: PollSchedule
    var random: Chance

    // MARK: Kafka's side: dropped and restored together

    var session: (any LedgerSession)?
    /// Left in this turn, to be freed at its end.
    var leftSessions: [any LedgerSession] = []
    let topics: [RequestTopic]
    var assignments: [PartitionKey: Assignment] = [:]
    var commits = CommitQueue()
    var queue: SendQueue
    var tracked = TrackingTable<TrackedMessage>()
    var pollsInFlight = SlotTable<Poll>()
    var dueHandles: [TrackingHandle] = []

    // MARK: The commit loop

    var pace = PacingRule()
    var intentStock = IntentStock(fullTransaction: CommitQueue.recordLimit)
    var commitNumber: UInt64 = 0
    let backoffForCommits = Backoff(base: .milliseconds(100), maximum: .seconds(5))
    var commitLog = LogThrottle(every: .seconds(5))
    var renewalLog = LogThrottle(every: .seconds(5))
    var consumerLog = LogThrottle(every: .seconds(5))
    var rejectLog = LogThrottle(every: .seconds(1))
    var commitUnderWay: CommitUnderWay?
    var failedCommits = 0
    /// Operations are kept that could not be committed. Where those have all gone (their partitions were given back), nothing is stuck.
    var isCommitStuck: Bool { failedCommits > 0 && (!commits.isEmpty || commitUnderWay != nil) }
    var commitNotBefore = MonotonicInstant(nanoseconds: 0)
    /// After a membership error: no transaction until the metadata differ or a rebalance event has come.
    var refusedGeneration: Membership?
    var refusedSince = MonotonicInstant(nanoseconds: 0)
    var fencings = FencingHistory()

    // MARK: The run

    /// Under which the assignments of now were made.
    var memberID: String?
    /// Draining: when the group is left whatever still runs; nil: not draining, or left.
    var leaveDeadline: MonotonicInstant?

    var isDraining = false
    var lastRoom: MonotonicInstant
    var pendingRevoke: PendingRevoke?
    var nextAssignmentID: UInt64 = 0
    private var markCounter: UInt32 = 0
    private let markStem: UInt64
    package var end: PipelineEnd?
    var wakeAt: MonotonicInstant?
    var mayReadMore = false
    /// A poll may be due that something forbids: then its time is no reason to turn.
    var arePollsGated = false
    var fullLog = LogThrottle(every: .seconds(10))
    var readLog = LogThrottle(every: .seconds(10))
    /// What the last attempt or poll failed of that spoke against the provider: harmless words.
    var lastProviderFailure = ""
    var heldLog = LogThrottle(every: .seconds(1))
    var breakerLog = LogThrottle(every: .seconds(30))
    /// Every broker was away when the consumer last said something of it; since when.
    var brokersGoneSince: MonotonicInstant?
    /// A question for the number of partitions is under way.
    var isCounting = false
    /// When the pause that lasts was last written to the ledger; nil: none lasts.
    var pausesSavedAt: MonotonicInstant?
    /// A sweep has found as many closed ids as it may take at a time.
    var mustSweepOn = false
    var ticks = 0
    var isJoined = false
    /// Partitions of all request topics, ours and others', as last counted: the fleet's limit is shared by them.
    var partitionCount = 0
    var lastClosedReason: [PartitionKey: String] = [:]
    let opener: any SessionOpener
    /// When the next session is to be asked for.
    var reopenAt: MonotonicInstant?
    var ticksOfReading = 0
    var rebuildAttempts = 0
    var isOpening = false
    /// An opening was left behind, and none has come through since.
    var isOpeningStuck = false
    var stuckCalls = StuckHistory()
    var overdueCommit = OverdueCall()
    var overdueOpening = OverdueCall()
    let timings: KafkaTimings
    var eventEncoder: StatusEventEncoder
    /// Filled anew for each event.
    var eventValue: [UInt8] = []
    var eventHeaders = RecordHeaders()
    let deadLetterEncoder: DeadLetterEncoder

    package init(
        configuration: WorkerConfiguration, deadLetterLimit: Int, metrics: WorkerMetrics, health: HealthState,
        gateway: any ProviderGateway, opener: any SessionOpener, seed: UInt64, at clock: Now
    ) {
        self.gateway = gateway
        self.opener = opener
        now = clock.monotonic
        wallNow = clock.wall
        nextTurnAt = clock.monotonic
        nextTick = clock.monotonic
        lastRoom = clock.monotonic
        queue = SendQueue(slots: configuration.send.maxInFlight)
        random = Chance(seed: seed)
        markStem = UInt64.random(in: 1...UInt64(UInt32.max), using: &random) << 32
        self.configuration = configuration
        self.metrics = metrics
        self.health = health
        account = AccountGate()
        breaker = CircuitBreaker()
        budget = RateBudget(limit: configuration.send.rateLimit, priorityShare: configuration.send.priorityShare)
        retryBudget = RetryBudget(share: configuration.send.retryBudget, most: configuration.send.maxInFlight)
        backoff = Backoff(base: configuration.send.backoff, maximum: configuration.send.backoffMax)
        schedule = PollSchedule(cadence: configuration.track.cadence, horizon: configuration.track.horizon)
        timings = KafkaTimings(configuration.kafka.properties)
        clockGuard = ClockGuard(heartbeatInterval: timings.heartbeat, sessionTimeout: timings.session)
        topics =
            configuration.topics.requests.map {
                RequestTopic(name: $0, ledgerName: configuration.topics.ledger(of: $0), isPriority: false)
            }
            + configuration.topics.priorityRequests.map {
                RequestTopic(name: $0, ledgerName: configuration.topics.ledger(of: $0), isPriority: true)
            }
        deadLetterEncoder = DeadLetterEncoder(limit: deadLetterLimit)
        eventEncoder = StatusEventEncoder(group: configuration.kafka.groupID)
    }

    func set(_ clock: Now) {
        now = clock.monotonic
        wallNow = clock.wall
    }

    /// By topic and number: nothing that is written depends on the order of a hash table.
    var assignmentsInOrder: [Assignment] { assignments.values.sorted { $0.key < $1.key } }

    /// Unique to one intent of one process: 32 random bits of the process, 32 counted ones.
    func nextMark() -> UInt64 {
        markCounter &+= 1
        return markStem | UInt64(markCounter)
    }
}
