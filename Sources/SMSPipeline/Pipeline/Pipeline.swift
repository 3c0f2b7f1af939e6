internal import Requests
package import Time

/// The worker's pipeline: consume → send → track → publish. Events and turns go in; calls of the session and the provider, and notes, come
/// out. It has no clock, no thread and no I/O of its own: whoever runs it says what time it is, and gives it its turns.
///
/// The decisions are in its parts, each with private state and tests of its own; here they meet, in the order of the flow (`turn`).
/// `Pipeline+Read` takes records, `+Partitions` owns and gives back, `+Send` runs attempts, `+Settle` takes their outcomes, `+Track` polls,
/// `+Commands` obeys operators, `+Write` turns decisions into operations, `+Commit` runs the transactions, `+Recover` begins anew.
package final class Pipeline {
    let settings: PipelineSettings
    /// Hears what happens; whoever runs the pipeline keeps it.
    private unowned let observer: any PipelineObserver

    // MARK: Time, as whoever runs it says at each entry

    private(set) var clock: Now
    /// When it wants its next turn, whatever comes before.
    package private(set) var nextTurnAt: MonotonicInstant
    private var wakeAt: MonotonicInstant?
    var random: Chance

    // MARK: The provider's side: survives whatever is rebuilt on Kafka's

    let gateway: any ProviderGateway
    /// Where messages go out in parts.
    var door: SecondDoor
    var gates: Gates
    var attempts: Attempts
    var backoff: Backoff { Backoff(base: settings.send.backoff, maximum: settings.send.backoffMax) }

    // MARK: Kafka's side: dropped and restored together

    let opener: any SessionOpener
    var life: SessionLife
    var partitions = Partitions()
    var commits: CommitLoop
    var queue: SendQueue
    var tracker: Tracker
    var upkeep: Upkeep
    private var writer: EventWriter

    // MARK: Reading

    var readAhead: ReadAhead
    /// The turn ended before the records did.
    var mayReadMore = false

    package init(
        settings: PipelineSettings, observer: any PipelineObserver, gateway: any ProviderGateway, receipts log: (any ReceiptLog)? = nil,
        opener: any SessionOpener, seed: UInt64, at clock: Now
    ) {
        let isInParts = settings.receipts != nil
        precondition((gateway.parts != nil) == isInParts && (log != nil) == isInParts, "parts have receipts")
        self.settings = settings
        self.observer = observer
        self.gateway = gateway
        door = SecondDoor(settings.receipts, log)
        self.opener = opener
        self.clock = clock
        nextTurnAt = clock.monotonic
        readAhead = ReadAhead(at: clock.monotonic)
        var chance = Chance(seed: seed)
        attempts = Attempts(most: settings.send.maxInFlight, using: &chance)
        random = chance
        gates = Gates(settings.send, settings.track, settings.timings, requestTimeout: settings.requestTimeout)
        gates.senders = SenderList(settings.senderPolicy, at: clock.monotonic)
        life = SessionLife(settings.timings)
        commits = CommitLoop(recordLimit: settings.recordLimit, recordInterval: settings.recordInterval, overlapFrom: settings.overlapFrom)
        queue = SendQueue(slots: settings.send.maxInFlight)
        tracker = Tracker(settings.track)
        upkeep = Upkeep(maxAge: settings.send.maxAge, at: clock.monotonic)
        writer = EventWriter(group: settings.group, deadLetterLimit: settings.deadLetterLimit, frame: settings.eventFrame)
    }

    // MARK: Time

    var now: MonotonicInstant { clock.monotonic }
    /// Milliseconds since 1970.
    var wallNow: Int64 { clock.wall }

    func set(_ clock: Now) { self.clock = clock }

    /// The loop must turn at this time at the latest.
    func wake(at deadline: MonotonicInstant) {
        if let wakeAt, wakeAt <= deadline { return }
        wakeAt = deadline
    }

    func scheduleWake() {
        var due = wakeAt
        wakeAt = nil
        if let timer = queue.nextDeadline { due = min(due ?? timer, timer) }
        // What gates polls wakes by itself: the budget, the gates below, an answer, a commit, the tick.
        if let poll = tracker.nextDue { due = min(due ?? poll, poll) }
        if queue.waiting > 0 || queue.stocked > 0 || !door.line.isEmpty || (tracker.isGated && tracker.count > 0),
            let gate = gates.nextChange(at: now)
        {
            due = min(due ?? gate, gate)
        }
        if mayReadMore { due = now }
        nextTurnAt = min(due ?? upkeep.nextTick, upkeep.nextTick)
    }

    // MARK: What comes out

    func tell(_ note: Note) { observer.observe(note, at: now) }

    /// A ledger record of the entry, with its event where there is one.
    ///
    /// - Parameters:
    ///   - advance: the offset up to which the operation covers the partition's records.
    ///   - encoded: its bytes, where they are there already.
    ///   - since: when the request came into this process, where this ends its way to the provider.
    func write(
        _ entry: LedgerEntry, of assignment: Assignment, event: EntryEvent? = nil, advance: Int64? = nil,
        completion: CommitQueue.Completion = .none, isUrgent: Bool = false, encoded: [UInt8]? = nil, since: MonotonicInstant? = nil
    ) {
        if let event {
            tell(.event(event))
            if event.sequence == 1, let age = entry.age(at: wallNow) { tell(.firstEvent(after: age)) }
            if event.isFinal, entry.acceptedAt > 0 {
                let age = LedgerEntry.plausibleAge(milliseconds: wallNow.clampedDifference(entry.trackingBase))
                if let age { tell(.finalStatus(event.status, after: age)) }
            }
        }
        assignment.quietSince = now
        writer.write(entry, encoded: encoded, event, of: assignment, at: wallNow) {
            append(assignment, entry: entry.offset, advance: advance, completion: completion, isUrgent: isUrgent, $0)
        }
        if let event { traceEvent(event, entry, assignment, since: since) }
    }

    func write(
        _ request: PendingRequest, event: EntryEvent? = nil, advance: Int64? = nil, completion: CommitQueue.Completion = .none,
        isUrgent: Bool = false
    ) {
        write(request.entry, of: request.assignment, event: event, advance: advance, completion: completion, isUrgent: isUrgent)
    }

    /// The record as a dead letter.
    func write(_ record: LentRecord, _ reason: DeadLetterReason, of assignment: Assignment) {
        writer.write(record, reason, of: assignment, at: wallNow) {
            append(assignment, advance: record.offset.clampedSum(1), $0)
        }
    }

    /// An offset alone: a repeat that was dropped, the end of a partition. It goes with the next transaction.
    func advance(_ assignment: Assignment, to offset: Int64) {
        append(assignment, advance: offset) { _ in }
    }

    /// One operation of `assignment`. Up to where receipts are applied goes with it, as its offset does.
    func append(
        _ assignment: Assignment, entry: Int64? = nil, advance: Int64? = nil, completion: CommitQueue.Completion = .none,
        isUrgent: Bool = false, _ write: (inout OperationWriter) -> Void
    ) {
        commits.append(
            assignment, at: now, entry: entry, advance: advance, receipts: appliedReceipts(assignment), completion: completion,
            isUrgent: isUrgent, write)
    }
}
