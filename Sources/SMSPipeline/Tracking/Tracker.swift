package import Requests
package import Time

/// Accepted messages, the polls that ask for their statuses, and what the answers change.
package struct Tracker: ~Copyable {
    /// What an answer has changed; the rest is in place already: when the message is asked for again.
    package enum Step {
        case nothing
        /// To be written, with its event if there is one, and the message is tracked on.
        case changed(LedgerEntry, EntryEvent?)
        /// The last event: it is tracked no more.
        case ended(LedgerEntry, EntryEvent)
    }

    /// A message whose poll is due. Nobody can ask for one without an id: it waits for its horizon.
    package struct Due {
        package let handle: TrackingHandle
        package let messageID: String?
        package let isInParts: Bool
    }

    /// After a poll that the account was refused for.
    package static let accountDelay = Duration.seconds(10)
    /// `WRONG_ID` so often in a row ends the tracking.
    package static let unknownIDLimit: UInt8 = 5
    /// Of a message whose partition is being given back: the next owner asks again.
    private static let pausedDelay = Duration.seconds(1)

    private var messages = TrackingTable<TrackedMessage>()
    private var polls = SlotTable<Poll>()
    private var popped: [TrackingHandle] = []
    private var walk = AgeWalk()
    private let schedule: PollSchedule
    private let mostPolls: Int
    /// Of the ledger values that are kept: what tracked messages take in memory, beside a fixed part each.
    package private(set) var valueBytes = 0
    /// A poll may be due that something forbids: then its time is no reason to turn.
    package var isGated = false

    package init(_ settings: TrackSettings) {
        schedule = PollSchedule(cadence: settings.cadence, horizon: settings.horizon)
        mostPolls = settings.maxInFlight
    }

    package var count: Int { messages.count }
    package var pollCount: Int { polls.count }
    /// Given out, and not put back yet.
    var takenCount: Int { messages.count - messages.scheduledCount }
    package var isOverfull: Bool { polls.count > mostPolls }
    package var slots: Int { mostPolls }
    /// A step of the count; nil: not whole yet.
    package mutating func ages(at now: MonotonicInstant) -> TrackedAges? { walk.go(over: messages, at: now) { $0.base } }
    package func message(_ handle: TrackingHandle) -> TrackedMessage? { messages[handle] }
    package func entry(_ handle: TrackingHandle) -> LedgerEntry? { messages[handle].map(Self.decode) }

    /// When the next poll may be wanted; nil: an answer, a gate or a commit comes first.
    package var nextDue: MonotonicInstant? { isGated || polls.count >= mostPolls ? nil : messages.nextDue }

    // MARK: Messages

    /// - Parameters:
    ///   - base: milliseconds since 1970 from which its age counts.
    ///   - isRestored: the first poll is spread over its interval, so that a restart asks for nobody in a herd.
    package mutating func track(
        _ value: [UInt8], base: Int64, of assignment: Assignment, _ hash: RequestHash, isRestored: Bool, at clock: Now,
        using chance: inout Chance
    ) -> TrackingHandle {
        // The age of a message is counted on the monotonic clock from here on; acceptance itself was on the wall clock.
        let now = clock.monotonic
        let start = now - .milliseconds(clock.wall.clampedDifference(base))
        let due: MonotonicInstant
        if LedgerCodec.isInParts(value) {
            due = schedule.end(base: start)
        } else if isRestored {
            due = schedule.afterRestore(at: now, base: start, using: &chance)
        } else {
            switch schedule.next(after: now, base: start, using: &chance) {
            case .poll(let at), .expire(let at): due = at
            }
        }
        valueBytes += value.count
        return messages.insert(TrackedMessage(assignment: assignment, hash: hash, value: value, base: start), dueAt: due)
    }

    package mutating func remove(_ handle: TrackingHandle) {
        if let message = messages.remove(handle) { valueBytes -= message.value.count }
    }

    // MARK: Polls

    /// Whether a poll may go, as far as messages and slots are concerned.
    package func mayPoll(at now: MonotonicInstant) -> Bool { polls.count < mostPolls && hasDue(at: now) }

    package func hasDue(at now: MonotonicInstant) -> Bool { messages.nextDue.map { $0 <= now } ?? false }

    /// Takes the message that is due longest; nil: its partition is being given back, and the next owner asks.
    package mutating func takeDue(at now: MonotonicInstant) -> Due? {
        popped.removeAll(keepingCapacity: true)
        messages.popDue(now, limit: 1, into: &popped)
        guard let handle = popped.first, let message = messages[handle] else { return nil }
        guard message.assignment.phase == .open else {
            messages.reschedule(handle, at: now + Self.pausedDelay)
            return nil
        }
        let isInParts = LedgerCodec.isInParts(message.value)
        return Due(handle: handle, messageID: isInParts ? nil : LedgerCodec.firstMessageID(message.value), isInParts: isInParts)
    }

    /// - Returns: the tag that the provider's answer carries.
    package mutating func begin(_ handle: TrackingHandle, permit: Pace.Permit) -> UInt64 {
        polls.insert(Poll(handle: handle, permit: permit))
    }

    package mutating func end(_ tag: UInt64) -> Poll? { polls.remove(tag) }

    // MARK: Answers

    /// - Parameter stood: within the message's age, time in which bad credentials forbade every poll: the horizon leaves it out.
    package mutating func answered(
        _ handle: TrackingHandle, _ outcome: PollOutcome, stood: (MonotonicInstant) -> Duration, at clock: Now, using chance: inout Chance
    ) -> Step {
        guard let message = messages[handle], message.assignment.isAlive else { return .nothing }
        guard message.assignment.phase == .open else {
            messages.reschedule(handle, at: clock.monotonic + Self.pausedDelay)
            return .nothing
        }
        switch outcome {
        case .status(let status):
            if message.unknownIDs > 0 { messages.update(handle) { $0.unknownIDs = 0 } }
            return learn(handle, message, status, stood(message.base), at: clock, using: &chance)
        case .unknownID:
            messages.update(handle) { $0.unknownIDs += 1 }
            if message.unknownIDs + 1 >= Self.unknownIDLimit {
                return giveUp(handle, message, code: "WRONG_ID", "the provider does not know this message, five times in a row", at: clock)
            }
        case .account(.credentials, _):
            // No word on the message: it must not be its last, even at its horizon. Polls go on when the account is in order.
            messages.reschedule(handle, at: clock.monotonic + Self.accountDelay)
            return .nothing
        case .account(.credit, _), .refused, .failed: break
        }
        return askAgain(handle, message, stood(message.base), at: clock, using: &chance)
    }

    private mutating func learn(
        _ handle: TrackingHandle, _ message: TrackedMessage, _ status: ReceivedStatus, _ stood: Duration, at clock: Now,
        using chance: inout Chance
    ) -> Step {
        // The common answer changes nothing, and is recognised without reading the whole entry.
        if case .known(let known) = status, LedgerCodec.isUnchanged(message.value, status: known) {
            return askAgain(handle, message, stood, at: clock, using: &chance)
        }
        var entry = Self.decode(message)
        guard let event = entry.learn(status, at: clock.wall) else { return askAgain(handle, message, stood, at: clock, using: &chance) }
        if entry.state == .closed {
            remove(handle)
            return .ended(entry, event)
        }
        let value = LedgerCodec.bytes(of: entry)
        valueBytes += value.count - message.value.count
        messages.update(handle) { $0.value = value }
        // At its horizon too: the event that ends it comes behind this one, with what it has learned.
        reschedule(handle, base: message.base, stood, at: clock.monotonic, using: &chance)
        return .changed(entry, event)
    }

    /// The next poll of one that could not be asked for.
    package mutating func askAgain(
        _ handle: TrackingHandle, stood: (MonotonicInstant) -> Duration, at clock: Now, using chance: inout Chance
    ) -> Step {
        guard let message = messages[handle] else { return .nothing }
        return askAgain(handle, message, stood(message.base), at: clock, using: &chance)
    }

    /// The next poll, or the end at the horizon.
    private mutating func askAgain(
        _ handle: TrackingHandle, _ message: TrackedMessage, _ stood: Duration, at clock: Now, using chance: inout Chance
    ) -> Step {
        switch schedule.next(after: clock.monotonic, base: message.base, horizonStoodStill: stood, using: &chance) {
        case .poll(let at): messages.reschedule(handle, at: at)
        // The last look is at the horizon itself.
        case .expire(let at) where at > clock.monotonic: messages.reschedule(handle, at: at)
        case .expire: return giveUp(handle, message, code: "TRACKING_EXPIRED", "no final status within TRACK_HORIZON", at: clock)
        }
        return .nothing
    }

    private mutating func reschedule(
        _ handle: TrackingHandle, base: MonotonicInstant, _ stood: Duration, at now: MonotonicInstant, using chance: inout Chance
    ) {
        switch schedule.next(after: now, base: base, horizonStoodStill: stood, using: &chance) {
        case .poll(let at), .expire(let at): messages.reschedule(handle, at: at)
        }
    }

    private mutating func giveUp(_ handle: TrackingHandle, _ message: TrackedMessage, code: String, _ sentence: String, at clock: Now)
        -> Step
    {
        var entry = Self.decode(message)
        let event = entry.giveUpTracking(code: code, sentence, at: clock.wall)
        remove(handle)
        return .ended(entry, event)
    }

    // MARK: Messages that nobody is asked about

    /// A receipt's word on one part.
    package mutating func learn(_ handle: TrackingHandle, part: Int, _ status: MessageStatus, at clock: Now) -> Step {
        guard let message = messages[handle], message.assignment.isAlive else { return .nothing }
        var entry = Self.decode(message)
        guard case .changed(let event) = entry.learn(part: part, status, at: clock.wall) else { return .nothing }
        if entry.state == .closed, let event {
            remove(handle)
            return .ended(entry, event)
        }
        let value = LedgerCodec.bytes(of: entry)
        valueBytes += value.count - message.value.count
        messages.update(handle) { $0.value = value }
        return .changed(entry, event)
    }

    /// When the tracking of a message ends that went out in parts, or by the other door.
    ///
    /// - Returns: nil where that is later: it is due again then.
    package mutating func horizon(_ handle: TrackingHandle, stood: (MonotonicInstant) -> Duration, at now: MonotonicInstant)
        -> MonotonicInstant?
    {
        guard let message = messages[handle] else { return nil }
        let end = schedule.end(base: message.base, horizonStoodStill: stood(message.base))
        guard end > now else { return end }
        messages.reschedule(handle, at: end)
        return nil
    }

    package func partition(of handle: TrackingHandle) -> PartitionKey? { messages[handle]?.assignment.key }

    package mutating func postpone(_ handle: TrackingHandle, to instant: MonotonicInstant) { messages.reschedule(handle, at: instant) }

    package mutating func expire(_ handle: TrackingHandle, at clock: Now) -> Step {
        guard let message = messages[handle] else { return .nothing }
        return giveUp(handle, message, code: "TRACKING_EXPIRED", "no final status within TRACK_HORIZON", at: clock)
    }

    private static func decode(_ message: TrackedMessage) -> LedgerEntry {
        guard case .open(let entry)? = message.value.withUnsafeBytes({ try? LedgerCodec.decode($0) }) else {
            preconditionFailure("the bytes of a tracked message are this process's own")
        }
        return entry
    }
}
