internal import Requests
package import Time

/// Where every request stands that is not accepted yet: behind its key, behind a timer, in a line, with an intent, in the stock, under way
/// or held. The only writer of `PendingRequest.place`, and so the only owner of what is counted by it.
package struct SendQueue: ~Copyable {
    private var runnable = FairLines(.runnable)
    private var stock = FairLines(.stock)
    private var keys = KeyLines()
    private var timers = WaitTimers()
    private var counts = Array(repeating: 0, count: PendingRequest.Place.allCases.count)
    private var strictCounts = Array(repeating: 0, count: PendingRequest.Place.allCases.count)
    private var priorityCounts = Array(repeating: 0, count: PendingRequest.Place.allCases.count)
    /// Of those that wait.
    private var scheduledCounts = Array(repeating: 0, count: PendingRequest.Place.allCases.count)
    private let slots: Int

    /// - Parameter slots: `SEND_MAX_IN_FLIGHT`.
    package init(slots: Int) { self.slots = slots }

    // MARK: Figures

    package func count(_ place: PendingRequest.Place) -> Int { counts[place.rawValue] }
    package func strictCount(_ place: PendingRequest.Place) -> Int { strictCounts[place.rawValue] }
    package var waiting: Int { count(.behindKey) + count(.timer) + count(.runnable) }
    /// What those wait for, as far as it is known here.
    package var waitingFor: WaitingCounts {
        var waiting = WaitingCounts()
        waiting.due = count(.runnable) - scheduledCount(.runnable)
        waiting.key = count(.behindKey) - scheduledCount(.behindKey)
        waiting.backoff = count(.timer) - scheduledCount(.timer)
        waiting.schedule = scheduledCounts.reduce(0, +)
        return waiting
    }
    package func scheduledCount(_ place: PendingRequest.Place) -> Int { scheduledCounts[place.rawValue] }
    /// Of one lane.
    package func count(_ place: PendingRequest.Place, isPriority: Bool) -> Int {
        isPriority ? priorityCounts[place.rawValue] : counts[place.rawValue] - priorityCounts[place.rawValue]
    }
    /// Intents without a running POST: those under way to Kafka, and committed ones that wait for a slot.
    package var stocked: Int { count(.intentQueued) + count(.stock) }
    /// Those of them of one lane: neither lane's stock takes the other's room.
    package func stocked(isPriority: Bool) -> Int {
        let priority = priorityCounts[PendingRequest.Place.intentQueued.rawValue] + priorityCounts[PendingRequest.Place.stock.rawValue]
        return isPriority ? priority : stocked - priority
    }
    /// Those of them with policy `fail` or `hold`: each has a slot kept free for it.
    package var strictStocked: Int {
        strictCounts[PendingRequest.Place.intentQueued.rawValue] + strictCounts[PendingRequest.Place.stock.rawValue]
    }
    package var queuedStrictIntents: Int { strictCounts[PendingRequest.Place.intentQueued.rawValue] }
    package var nextDeadline: MonotonicInstant? { timers.nextDeadline }
    package var timerCount: Int { timers.count }
    package var lineCount: Int { runnable.count + stock.count }
    package var keyCount: Int { keys.count }

    /// Slots that ordinary requests leave free: for strict intents on their way, and for the turns that waiting strict requests have saved.
    package var keptForStrict: Int {
        let waiting = strictCounts[PendingRequest.Place.runnable.rawValue]
        return strictStocked + runnable.strictTurns(atMost: min(waiting, mostStrict))
    }

    /// Turns that strict requests may save up: their floor of the slots, at least one.
    private var mostStrict: Int { max(1, Int(Double(slots) * FairLines.floor)) }

    // MARK: Moves

    private mutating func move(_ request: PendingRequest, to place: PendingRequest.Place) {
        let old = request.place
        guard old != place else { return }
        change(old, of: request, by: -1)
        change(place, of: request, by: 1)
        request.place = place
        if old == .timer { request.timerGeneration &+= 1 }
        // A timer keeps its request in memory.
        if old.isWaiting { timers.compact(waiting: waiting) }
    }

    private mutating func change(_ place: PendingRequest.Place, of request: PendingRequest, by number: Int) {
        guard place != .gone else { return }
        counts[place.rawValue] += number
        if request.isStrict { strictCounts[place.rawValue] += number }
        if request.entry.isPriority { priorityCounts[place.rawValue] += number }
        let assignment = request.assignment
        if place.isWaiting {
            assignment.waiting += number
            assignment.waitingBytes += number * request.weight
            if request.isScheduled {
                assignment.scheduled += number
                scheduledCounts[place.rawValue] += number
            }
        }
        if place == .running { assignment.running += number }
    }

    /// Takes a request in: behind the one before it with the same key, or able to begin. Follow it with `wait` or `intentWritten`.
    ///
    /// - Returns: whether nothing is ahead of it.
    package mutating func join(_ request: PendingRequest) -> Bool {
        let isHead = keys.join(request)
        move(request, to: isHead ? .runnable : .behindKey)
        return isHead
    }

    /// Puts a waiting request where it belongs: behind a timer, or into its line. What stands behind a key stays there.
    ///
    /// - Parameters:
    ///   - due: no attempt before this instant; nil: at once.
    ///   - isScheduled: it waits for its `sendAt`.
    ///   - deadline: when it may have expired.
    package mutating func wait(
        _ request: PendingRequest, due: MonotonicInstant?, isScheduled: Bool, deadline: MonotonicInstant
    ) {
        if !request.hasExpiryTimer {
            request.hasExpiryTimer = true
            timers.insert(WaitTimer(request: request, generation: 0, kind: .expiry), at: deadline)
        }
        schedule(request, isScheduled)
        guard request.place != .behindKey else { return }
        if let due {
            move(request, to: .timer)
            request.timerGeneration &+= 1
            timers.insert(WaitTimer(request: request, generation: request.timerGeneration, kind: .due), at: due)
        } else {
            let wasBegun = request.place == .intentQueued || request.place == .stock || request.place == .running
            move(request, to: .runnable)
            if wasBegun {
                runnable.putBack(request, turn: request.begunTurn, paid: request.begunPaid)
                request.begunPaid = 0
            } else {
                runnable.append(request)
            }
        }
    }

    private mutating func schedule(_ request: PendingRequest, _ isScheduled: Bool) {
        guard request.isScheduled != isScheduled else { return }
        request.isScheduled = isScheduled
        guard request.place.isWaiting else { return }
        request.assignment.scheduled += isScheduled ? 1 : -1
        scheduledCounts[request.place.rawValue] += isScheduled ? 1 : -1
    }

    /// Its intent stands in the commit queue.
    package mutating func intentWritten(_ request: PendingRequest) { move(request, to: .intentQueued) }

    /// Its intent is committed: it waits for a slot from here on.
    package mutating func intentCommitted(_ request: PendingRequest, lease: Lease) {
        request.lease = lease
        move(request, to: .stock)
        stock.append(request)
    }

    /// Its POST is under way; also one of before, that a restore has found again.
    package mutating func begun(_ request: PendingRequest) { move(request, to: .running) }

    /// Held: it does not block its key.
    ///
    /// - Returns: the next of its key, to be put with `wait`.
    package mutating func held(_ request: PendingRequest) -> PendingRequest? {
        move(request, to: .held)
        return next(after: request)
    }

    /// One that a restore has found held: it is in no key's line.
    package mutating func restoredHeld(_ request: PendingRequest) { move(request, to: .held) }

    /// Accepted or closed.
    ///
    /// - Returns: the next of its key, to be put with `wait`.
    package mutating func left(_ request: PendingRequest) -> PendingRequest? {
        let old = request.place
        move(request, to: .gone)
        switch old {
        case .held, .gone: return nil
        case .behindKey:
            keys.followerLeft(request)
            return nil
        case .timer, .runnable, .intentQueued, .stock, .running: return next(after: request)
        }
    }

    private mutating func next(after request: PendingRequest) -> PendingRequest? {
        guard let next = keys.headLeaves(request) else { return nil }
        move(next, to: .runnable)
        return next
    }

    /// All requests of an assignment that has ended; they are in `requests`.
    package mutating func end(_ assignment: Assignment, _ requests: [PendingRequest]) {
        for request in requests { move(request, to: .gone) }
        keys.end(assignment.id, keys: requests.lazy.compactMap(\.orderHash))
    }

    // MARK: Turns

    /// Whether anybody stands in this line for an attempt.
    package mutating func hasWaiting(_ line: FairLines.Line) -> Bool { !runnable.isEmpty(line) }

    /// It begins without having waited: a turn of its line all the same, of which the others save up their part.
    package mutating func begunAtOnce(_ line: FairLines.Line) { runnable.took(line, mostSaved: Double(mostStrict)) }

    /// The request whose turn it is to begin, taken out of its line; nil where none may. Follow it with a move.
    package mutating func nextToBegin(where mayBegin: (FairLines.Line, PendingRequest) -> Bool) -> PendingRequest? {
        guard let next = runnable.next(where: mayBegin) else { return nil }
        next.request.begunPaid = runnable.took(next.line, mostSaved: Double(mostStrict))
        next.request.begunTurn = next.request.turn
        return next.request
    }

    /// Of those whose turn it could be, the one that was admitted first.
    package mutating func longestWaiting() -> PendingRequest? { runnable.first() }

    /// Of a lane's next, in line or with a committed intent, the one that was admitted first.
    package mutating func longestDue(isPriority: Bool) -> PendingRequest? {
        guard let first = runnable.first(where: { $0.isPriority == isPriority }) else {
            return stock.first { $0.isPriority == isPriority }
        }
        guard let other = stock.first(where: { $0.isPriority == isPriority }) else { return first }
        return other.entry.admittedAt < first.entry.admittedAt ? other : first
    }

    /// The committed intent whose POST is next; nil where none may. It stays in the stock until `tookFromStock`.
    package mutating func nextToPost(where mayPost: (FairLines.Line, PendingRequest) -> Bool) -> (
        line: FairLines.Line, request: PendingRequest
    )? { stock.next(where: mayPost) }

    /// Whether it is the line's own turn, whatever stands before it.
    package func isDueInStock(_ line: FairLines.Line) -> Bool { stock.isDue(line) }

    /// Follow it with a move.
    package mutating func tookFromStock(_ line: FairLines.Line) { stock.took(line, mostSaved: 1) }

    /// It cannot go (its lease is over, its time has passed): no POST, so no turn of its line. Follow it with a move.
    package mutating func withdrewFromStock(_ line: FairLines.Line) { stock.leftWithoutTurn(line) }

    package mutating func stockHas(_ isWanted: (FairLines.Line) -> Bool) -> Bool {
        for line in FairLines.Line.allCases where isWanted(line) && !stock.isEmpty(line) { return true }
        return false
    }

    // MARK: Timers

    /// The next request that a timer asks to look at: its wait is over (put it with `wait` again), or it may have expired.
    package mutating func popDue(_ now: MonotonicInstant) -> (request: PendingRequest, kind: WaitTimer.Kind)? {
        while let timer = timers.popDue(now) {
            let request = timer.request
            if timer.kind == .expiry { request.hasExpiryTimer = false }
            guard request.place.isWaiting, request.assignment.isAlive else { continue }
            switch timer.kind {
            case .due where request.place == .timer && request.timerGeneration == timer.generation: return (request, .due)
            case .due: continue
            case .expiry: return (request, .expiry)
            }
        }
        return nil
    }

    /// Its deadline is later than thought.
    package mutating func expiryPostponed(_ request: PendingRequest, to deadline: MonotonicInstant) {
        guard !request.hasExpiryTimer else { return }
        request.hasExpiryTimer = true
        timers.insert(WaitTimer(request: request, generation: 0, kind: .expiry), at: deadline)
    }

    /// Each second: nothing keeps a request in memory that is not open any more.
    package mutating func compact() {
        timers.compact(waiting: waiting)
        runnable.compact(living: count(.runnable))
        stock.compact(living: count(.stock))
    }
}
