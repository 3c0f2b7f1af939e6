internal import Requests
package import Time

/// The worker's pipeline: consume → send → track → publish, on one event loop.
///
/// All state is the actor's, and the actor runs on the loop's thread: the compiler checks that nothing else touches it. What blocks has
/// threads of its own (committer, restorers, connector) and answers in batches through the loop's mailbox.
///
/// `Pipeline+Consume` reads records, `+Assign` owns and gives back partitions, `+Send` runs attempts, `+Track` polls, `+Commands` obeys
/// operators, `+Write` turns decisions into operations, `+Commit` runs the transactions, `+Recover` rebuilds what is lost.
package final class Pipeline {
    let settings: PipelineSettings
    /// Hears what happens; whoever runs the pipeline keeps it.
    private unowned let observer: any PipelineObserver

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
    /// What the last attempt or poll failed of that spoke against the provider: harmless words.
    var lastProviderFailure = ""
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
        settings: PipelineSettings, observer: any PipelineObserver, gateway: any ProviderGateway, opener: any SessionOpener, seed: UInt64,
        at clock: Now
    ) {
        self.gateway = gateway
        self.opener = opener
        now = clock.monotonic
        wallNow = clock.wall
        nextTurnAt = clock.monotonic
        nextTick = clock.monotonic
        lastRoom = clock.monotonic
        queue = SendQueue(slots: settings.send.maxInFlight)
        random = Chance(seed: seed)
        markStem = UInt64.random(in: 1...UInt64(UInt32.max), using: &random) << 32
        self.settings = settings
        self.observer = observer
        account = AccountGate()
        breaker = CircuitBreaker()
        budget = RateBudget(limit: settings.send.rateLimit, priorityShare: settings.send.priorityShare)
        retryBudget = RetryBudget(share: settings.send.retryBudget, most: settings.send.maxInFlight)
        backoff = Backoff(base: settings.send.backoff, maximum: settings.send.backoffMax)
        schedule = PollSchedule(cadence: settings.track.cadence, horizon: settings.track.horizon)
        timings = settings.timings
        clockGuard = ClockGuard(heartbeatInterval: timings.heartbeat, sessionTimeout: timings.session)
        topics = settings.topics
        deadLetterEncoder = DeadLetterEncoder(limit: settings.deadLetterLimit)
        eventEncoder = StatusEventEncoder(group: settings.group)
    }

    func tell(_ note: Note) { observer.observe(note, at: now) }

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
