internal import Requests
package import Time

/// The life of Kafka's side: opened, lost, made anew, left; and what its losses say of a rival, of the brokers, or of the client's library.
package struct SessionLife: ~Copyable {
    private static let backoff = Backoff(base: .milliseconds(100), maximum: .seconds(5))
    private static let rival =
        "fenced three times within ten minutes with nothing to explain it: another living worker uses the same KAFKA_INSTANCE_ID or "
        + "KAFKA_TRANSACTIONAL_STEM"

    private let timings: KafkaTimings
    /// Nil while none is there.
    package private(set) var session: (any LedgerSession)?
    /// Left in this turn, to be freed at its end: the record that is being handled would outlive its client.
    private var left: [any LedgerSession] = []
    /// When the next session is to be asked for.
    private var reopenAt: MonotonicInstant?
    private var rebuilds = 0
    /// The first is asked for by whoever starts the pipeline.
    private(set) var isOpening = true
    /// An opening was left behind, and none has come through since.
    package private(set) var isOpeningStuck = false
    package private(set) var fencings = FencingHistory()
    private var stuckCalls = StuckHistory()
    private var overdueCommit = OverdueCall()
    private var overdueOpening = OverdueCall()
    /// Every broker was away when the consumer last said something of it; since when.
    package private(set) var brokersGoneSince: MonotonicInstant?
    /// The group has taken a session of this process once.
    private var hasJoined = false
    /// Why the group does not take this member, in the broker's words; nil: it has not said so since it last took it.
    package private(set) var groupRefusal: String?
    /// Why Kafka's side was made anew, until the group takes the new one.
    package private(set) var startedOverFor: String?
    package private(set) var isDraining = false
    /// Draining: when the group is left whatever still runs; nil: not draining, or left.
    package private(set) var leaveDeadline: MonotonicInstant?
    package private(set) var end: PipelineEnd?

    package init(_ timings: KafkaTimings) { self.timings = timings }

    // MARK: Opening

    /// - Returns: whether the session is taken; one that comes after the end is left.
    package mutating func opened(_ session: any LedgerSession) -> Bool {
        isOpening = false
        isOpeningStuck = false
        guard end == nil else {
            leave(session)
            return false
        }
        self.session = session
        return true
    }

    package mutating func openingFailed(_ error: BrokerError, at now: MonotonicInstant, using chance: inout Chance) {
        isOpening = false
        guard end == nil else { return }
        fencings.failed(error, at: now)
        reopen(at: now, using: &chance)
    }

    /// An opening that was left behind has come back: its producers, made late, may fence those of now.
    package mutating func lateOpeningEnded(at now: MonotonicInstant) { fencings.brokerTrouble(at: now) }

    /// Whether another session is to be asked for now.
    package mutating func shouldOpen(at now: MonotonicInstant) -> Bool {
        guard let at = reopenAt, at <= now else { return false }
        reopenAt = nil
        guard session == nil, end == nil else { return false }
        isOpening = true
        return true
    }

    /// When that is to be asked again; nil: no session is wanted.
    package var nextOpening: MonotonicInstant? { reopenAt }

    /// - Parameter chance: at least so long; of two rivals that begin again in step the later one has both names.
    private mutating func reopen(after least: Duration = .zero, at now: MonotonicInstant, using chance: inout Chance) {
        rebuilds += 1
        let delay = rebuilds == 1 ? Duration.zero : Self.backoff.delay(failures: rebuilds, using: &chance)
        reopenAt = now + min(max(delay, least), timings.session)
    }

    // MARK: Losing

    package mutating func startsOver(for reason: String) { startedOverFor = reason }

    /// Kafka's side is lost: what the ledger said in memory is void.
    ///
    /// - Parameters:
    ///   - fencing: counts towards "a rival has our name" where nothing explains it.
    ///   - isStuck: a thread hangs in a call of librdkafka and is left behind with its handles.
    package mutating func lost(
        fencing: FencingHistory.Cause?, isStuck: Bool, at now: MonotonicInstant, using chance: inout Chance
    ) {
        guard let lost = session else { return }
        session = nil
        var least = Duration.zero
        if let fencing {
            learn(from: lost, at: now)
            switch fencings.fenced(fencing, at: now) {
            case .rebuild(let unexplained):
                // Two rivals that begin again in step take one producer's name each, fence each other for ever, and end together. With chance
                // between them the later one has both names, and only the other ends.
                if unexplained > 1 { least = .milliseconds(Int.random(in: 0...2_000, using: &chance)) }
            case .exitRival: finish(.rival(Self.rival))
            }
        }
        if isStuck { judgeStuckCall(at: now) }
        leave(lost)
        // What the provider answers from here on could be committed only after another join, restore and drain, which may fail in their turn:
        // a stop must end. What runs stays `sending` in the ledger, and the next owner decides by its policy.
        if isDraining { finish(.drained) }
        if end == nil { reopen(after: least, at: now, using: &chance) }
    }

    /// What explains a fencing without a rival; before one is judged.
    package mutating func learnFencings(at now: MonotonicInstant) {
        if let session { learn(from: session, at: now) }
    }

    private mutating func learn(from session: any LedgerSession, at now: MonotonicInstant) {
        if session.takeTrouble() { fencings.brokerTrouble(at: now) }
        for number in 0...1 { fencings.lateInitialisations(session.takeLateInitialisations(of: number), of: number, at: now) }
    }

    /// A transaction took so long, and did or did not commit. The broker itself ends one that was open past its timeout, which looks like a
    /// rival's doing.
    package mutating func transactionTook(_ duration: Duration, at now: MonotonicInstant) {
        learnFencings(at: now)
        if duration > timings.transaction { fencings.brokerTrouble(at: now) }
    }

    package mutating func committed() {
        rebuilds = 0
        brokersGoneSince = nil
    }

    package mutating func stoodStill(_ gap: Duration, at now: MonotonicInstant) { fencings.turnGap(gap, at: now) }
    package mutating func brokerTrouble(at now: MonotonicInstant) { fencings.brokerTrouble(at: now) }

    /// The consumer reports something that it gets over by itself.
    ///
    /// - Returns: whether the brokers have just gone.
    package mutating func consumerTrouble(_ error: BrokerError, at now: MonotonicInstant) -> Bool {
        fencings.failed(error, at: now)
        guard error.areAllBrokersDown, brokersGoneSince == nil else { return false }
        brokersGoneSince = now
        return true
    }

    /// The group has taken this member.
    package mutating func joined() {
        hasJoined = true
        groupRefusal = nil
        startedOverFor = nil
        _ = brokersAreBack()
    }

    /// The group does not take this member. Where it never did, nothing that this process could do helps, and whoever started it must know.
    /// Once it did, somebody has changed something beside it, and may change it back.
    package mutating func groupRefused(_ refusal: BrokerError.GroupRefusal, _ error: BrokerError, group: String) {
        groupRefusal = error.description
        guard !hasJoined, end == nil else { return }
        if let session { leave(session) }
        session = nil
        switch refusal {
        case .rights:
            finish(
                .refused("Kafka refuses this worker's rights: it needs Read on the group \(group) (KAFKA_GROUP_ID): \(error.description)"))
        case .sessionTimeout:
            finish(
                .unfit(
                    "Kafka refuses a session of \(timings.session.milliseconds) ms (\(error.name)): session.timeout.ms in KAFKA_PROPERTIES_FILE "
                        + "must lie between the brokers' group.min.session.timeout.ms and group.max.session.timeout.ms"))
        }
    }

    /// A broker has answered.
    ///
    /// - Returns: whether none had before.
    package mutating func brokersAreBack() -> Bool {
        defer { brokersGoneSince = nil }
        return brokersGoneSince != nil
    }

    /// The group knows another member by this one's instance id. Once it may be a late request of a predecessor of this name; again, a living
    /// rival has it.
    package mutating func instanceFenced(_ error: BrokerError, at now: MonotonicInstant) -> FencingHistory.Verdict {
        let verdict = fencings.instanceFenced(at: now, patience: timings.session * 2)
        if verdict == .exitRival { finish(.rival("another living worker has this worker's KAFKA_INSTANCE_ID (\(error.name))")) }
        return verdict
    }

    // MARK: Calls that hang

    /// Each tick. A blocking call may overrun its timeout: then the thread and its handles are left behind.
    package mutating func commitHangs(at now: MonotonicInstant) -> Bool {
        guard let session else { return false }
        learn(from: session, at: now)
        return overdueCommit.hangs(isOverdue: session.isCommitOverdue(at: now))
    }

    /// Each tick. An `init_transactions` that never returns would leave a process that is alive, not ready, and owns nothing.
    package mutating func openingHangs(isOverdue: @autoclosure () -> Bool) -> Bool {
        guard isOpening, overdueOpening.hangs(isOverdue: isOverdue()) else { return false }
        isOpening = false
        isOpeningStuck = true
        return true
    }

    package mutating func openingLeftBehind(at now: MonotonicInstant, using chance: inout Chance) {
        judgeStuckCall(at: now)
        if end == nil { reopen(at: now, using: &chance) }
    }

    private mutating func judgeStuckCall(at now: MonotonicInstant) {
        let isExplained = fencings.isExplained(at: now) || brokersGoneSince != nil
        if case .exit(let sentence) = stuckCalls.happened(isExplained: isExplained, at: now) { finish(.failed(sentence)) }
    }

    // MARK: Leaving

    /// Asked to stop.
    ///
    /// - Parameter isJoined: a member drains while it is one: leaving ends the heartbeats, and whoever drains behind it is evicted in the
    ///   middle of it.
    package mutating func drain(limit: Duration, isJoined: Bool, at now: MonotonicInstant) {
        isDraining = true
        if session != nil, isJoined {
            leaveDeadline = now + limit
            return
        }
        // Kafka's side is being made anew: what runs cannot be committed, and waiting for it could last as long as the brokers' trouble. Or it
        // is not joined: librdkafka before 2.3 aborts when a cooperative consumer is closed before its first assignment: destroy without close.
        if let session { leave(session) }
        session = nil
        finish(.drained)
    }

    /// What ran has ended and is committed, or the limit is over: then the group is left. The last revoke comes as an event.
    ///
    /// - Parameter patience: beyond the limit, for the last transaction of those whose POSTs have ended.
    /// - Returns: when to look again; nil: nothing is waited for.
    package mutating func leaveGroup(
        isDrained: Bool, isCommitted: Bool, patience: Duration, at now: MonotonicInstant
    ) -> MonotonicInstant? {
        guard let deadline = leaveDeadline, let session else { return nil }
        let isLate = now >= deadline + patience
        guard isDrained || (now >= deadline && isCommitted) || isLate else {
            return now >= deadline ? now + .milliseconds(100) : deadline
        }
        leaveDeadline = nil
        session.leaveGroup()
        return nil
    }

    /// The group has been left, and a stop ends here.
    package mutating func endIfLeft() {
        guard isDraining, let session, session.isClosed else { return }
        leave(session)
        self.session = nil
        finish(.drained)
    }

    private mutating func leave(_ session: any LedgerSession) {
        session.abandon()
        left.append(session)
    }

    var hasLeft: Bool { !left.isEmpty }

    package mutating func freeLeft() {
        for session in left { session.free() }
        left = []
    }

    package mutating func finish(_ end: PipelineEnd) {
        if self.end == nil { self.end = end }
    }

    /// As the end of a process does.
    package mutating func release() { session = nil }
}
