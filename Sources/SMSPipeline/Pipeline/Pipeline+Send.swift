internal import Requests
internal import Time

/// Sending: which request begins an attempt, when its POST may leave.
extension Pipeline {
    /// Why no attempt may begin now, whichever request it is; nil: one may.
    var shut: Gates.Gate? { gates.shut(outside, at: now) }

    var outside: Gates.Outside {
        Gates.Outside(isDraining: life.isDraining, isCommitStuck: commits.isStuck, isDoorShut: door.isShut)
    }

    // MARK: Intents

    /// Whether one more intent of this kind may be written now, by every gate that could stop its POST.
    func mayBegin(_ line: FairLines.Line) -> Bool {
        let stocked = queue.stocked(isPriority: line.isPriority)
        guard shut == nil, stocked < gates.stockLimit(at: now) else { return false }
        if line.isStrict { return strictRoom > 0 }
        // A lane's own stock alone: a one-time code must not wait behind the stock of bulk intents, nor bulk get none behind a surge of codes.
        // A few codes may be ahead where no POST has ended lately: the next slot is theirs without a transaction between.
        return attempts.room(stocked: stocked, policy: .resend) > 0 || (line.isPriority && stocked < Self.codesAhead)
    }

    /// Whether a request of this kind that is read now may begin: there is room, and nobody who may begin as well was there before it.
    func mayBeginAtOnce(_ line: FairLines.Line) -> Bool {
        guard mayBegin(line), !queue.hasWaiting(line) else { return false }
        for other in FairLines.Line.allCases where other != line && (other.isPriority || !line.isPriority) {
            guard queue.hasWaiting(other), mayBegin(other) else { continue }
            if !other.isRetry || gates.nextRetry(at: now) <= now { return false }
        }
        return true
    }

    private static let codesAhead = 8

    private var strictRoom: Int {
        let shared = attempts.room(stocked: queue.stocked, policy: .hold)
        // Slots that ordinary requests leave free for it, and that the pace lets it have.
        let kept = min(attempts.free, queue.keptForStrict) - queue.strictStocked
        return min(max(shared, kept), gates.freeSends(at: now) - door.line.count - queue.strictStocked)
    }

    func begin(_ request: PendingRequest, advance: Int64? = nil) {
        if let reason = expiry(request) {
            expire(request, reason, advance: advance)
            return
        }
        if let impossible = beginEntry(request) {
            return publish(request, request.entry.refusePlan(impossible, at: wallNow), advance: advance)
        }
        // Taken with the intent: one that could not leave would be *unknown* after a crash, for nothing.
        request.holdsRetry = request.isRetry && gates.takeRetry(at: now)
        queue.intentWritten(request)
        write(request, advance: advance, completion: .intent(request, mark: request.entry.mark), isUrgent: request.entry.isPriority)
    }

    /// As many intents as there is room for.
    func beginWhatCan() {
        while queue.count(.runnable) > 0 {
            let bulk = (ordinary: mayBegin(.bulk), strict: mayBegin(.bulkStrict))
            let priority = (ordinary: mayBegin(.priority), strict: mayBegin(.priorityStrict))
            guard bulk.ordinary || bulk.strict || priority.ordinary || priority.strict else { break }
            let mayRetry = gates.nextRetry(at: now) <= now
            let next = queue.nextToBegin { line, request in
                let lane = line.isPriority ? priority : bulk
                return (line.isStrict ? lane.strict : lane.ordinary) && (mayRetry || !request.isRetry)
            }
            guard let request = next else { break }
            // The wall clock was set back since it became runnable: it must not hold up those behind it.
            if startTime(request) > wallNow { wait(request) } else { begin(request) }
        }
        if queue.count(.runnable) > 0 {
            let next = gates.nextRetry(at: now)
            if next > now { wake(at: next) }
        }
    }

    /// Its intent is committed: it waits for a slot from here on.
    func intentCommitted(_ request: PendingRequest, mark: UInt64, leaseStart: MonotonicInstant) {
        guard request.assignment.isAlive, request.place == .intentQueued, request.entry.mark == mark else { return }
        queue.intentCommitted(request, lease: Lease(takenAt: leaseStart))
    }

    // MARK: POSTs

    /// Starts POSTs while there are slots, leases, and a budget.
    func pumpSends() {
        pumpParts()
        defer { forgetIdleLanes() }
        var refused: Set<RateBudget.Kind> = []
        var refusedTurn = false
        while queue.count(.stock) > 0, attempts.free > 0 {
            let isShut = shut != nil
            // Strict requests have their floor of a narrowed pace too.
            let freeForAll = min(attempts.free, gates.freeSends(at: now)) - queue.keptForStrict
            let dueLines = FairLines.Line.allCases.filter { !$0.isPriority && queue.isDueInStock($0) }
            let next = queue.nextToPost { line, request in
                // What cannot go is withdrawn, whatever its turn.
                guard !isShut, gates.isValid(request.lease, at: now), expiry(request) == nil else { return true }
                return (line.isStrict || freeForAll > 0)
                    && (!refused.contains(Self.kind(line)) || (!refusedTurn && dueLines.contains(line)))
            }
            guard let (line, request) = next else { return }
            guard !isShut, gates.isValid(request.lease, at: now) else {
                queue.withdrewFromStock(line)
                withdraw(request)
                continue
            }
            if let reason = expiry(request) {
                queue.withdrewFromStock(line)
                expire(request, reason, completion: .outcome(.notBegun, mark: request.entry.mark))
                continue
            }
            switch gates.ask(Self.kind(line), sendsWait: true, isTurn: dueLines.contains(line), at: now) {
            case .noPermit: return
            case .noRate(let until):
                if let until { wake(at: until) }
                refused.insert(Self.kind(line))
                if dueLines.contains(line) { refusedTurn = true }
            case .go(let permit):
                if !request.isRetry { gates.firstAttempt() }
                queue.tookFromStock(line)
                if line.isPriority { door.line.went(isPriority: true) }
                post(request, permit)
            }
        }
    }

    private static func kind(_ line: FairLines.Line) -> RateBudget.Kind { line.isPriority ? .prioritySend : .bulkSend }

    /// A lane that has nothing to send leaves its part of the rate to the others at once.
    private func forgetIdleLanes() {
        guard !gates.isRateUnlimited else { return }
        if !queue.stockHas({ $0.isPriority }), !door.line.hasAny(isPriority: true) { gates.notWaiting(.prioritySend) }
        if !queue.stockHas({ !$0.isPriority }), !door.line.hasAny(isPriority: false) { gates.notWaiting(.bulkSend) }
    }

    private func post(_ request: PendingRequest, _ permit: Pace.Permit) {
        guard let message = request.entry.message else { preconditionFailure("a request that is not accepted has its message") }
        let trace = trace(request)
        let tag = attempts.begin(request, permit: permit, traced: trace?.1)
        gates.attemptBegan(tag)
        queue.begun(request)
        tell(.attemptBegan(isRetry: request.isRetry))
        if postParts(request, tag: tag) { return }
        let schedule = settings.send.schedule == .provider ? request.entry.sendAt : nil
        let sendAt = schedule.flatMap { $0 > wallNow ? $0 : nil }
        gateway.submit(message, sendAt: sendAt, isPriority: request.entry.isPriority, trace: trace?.header, tag: tag)
    }
}
