internal import Requests
package import Time

/// Sending: which request begins an attempt, when its POST may leave.
extension Pipeline {
    // MARK: Intents

    /// Whether one more intent of this kind may be written now, by every gate that could stop its POST.
    func mayBegin(_ line: FairLines.Line) -> Bool {
        guard isSendingAllowed, queue.stocked < stockLimit else { return false }
        // A one-time code must not wait behind the stock of bulk intents: it may go beyond it, up to a full transaction.
        if line.isPriority, !line.isStrict { return queue.stocked < CommitQueue.recordLimit }
        return room(isStrict: line.isStrict) > 0
    }

    private func room(isStrict: Bool) -> Int {
        let shared = intentStock.room(freeSlots: freeSlots, stocked: queue.stocked, policy: isStrict ? .hold : .resend)
        guard isStrict else { return shared }
        // Slots that ordinary requests leave free for it.
        return max(shared, min(freeSlots, queue.keptForStrict) - queue.strictStocked)
    }

    var freeSlots: Int { max(0, settings.send.maxInFlight - attempts.count) }

    /// Whether an ordinary request of a bulk topic that is read now could begin.
    var hasRoom: Bool {
        !queue.hasLine(isPriority: false) && mayBegin(settings.send.onUnknown == .resend ? .bulk : .bulkStrict)
    }

    /// No attempt may begin while this is false, whichever request it is.
    var isSendingAllowed: Bool {
        !isDraining && account.maySend && !isCommitStuck && clockGuard.mayLease(at: now) && retryAfter.mayBegin(at: now)
            && isBreakerPassable
    }

    /// Half-open the breaker lets a few through: the others wait with their intents, for a moment.
    private var isBreakerPassable: Bool {
        switch breaker.state {
        case .closed, .halfOpen: true
        case .open(let until): until <= now
        }
    }

    /// Intents that could not leave soon would only grow old: while the breaker is narrowed, and under a low rate.
    private var stockLimit: Int {
        let narrowed = breaker.width.map { max(Self.leastStock, $0) } ?? Int.max
        return budget.isUnlimited ? narrowed : min(narrowed, max(2, Int(2 * budget.rate)))
    }

    /// Enough that the breaker widens without a transaction for each step.
    private static let leastStock = 8

    func begin(_ request: PendingRequest, advance: Int64? = nil) {
        if let reason = expiry(request) {
            expire(request, reason, advance: advance)
            return
        }
        // Taken with the intent: one that could not leave would be *unknown* after a crash, for nothing.
        request.holdsRetry = request.isRetry && retryBudget.takeRetry(at: now)
        request.entry.begin(mark: nextMark())
        queue.intentWritten(request)
        write(request, advance: advance, completion: .intent(request, mark: request.entry.mark), isUrgent: request.entry.isPriority)
    }

    /// As many intents as there is room for.
    func beginWhatCan() {
        while queue.count(.runnable) > 0 {
            let (ordinary, strict, priority) = (mayBegin(.bulk), mayBegin(.bulkStrict), mayBegin(.priority))
            guard ordinary || strict || priority else { break }
            let mayRetry = retryBudget.nextAvailable(at: now) <= now
            let next = queue.nextToBegin { line, request in
                (line.isStrict ? strict : line.isPriority ? priority : ordinary) && (mayRetry || !request.isRetry)
            }
            guard let request = next else { break }
            // The wall clock was set back since it became runnable: it must not hold up those behind it.
            if startTime(request) > wallNow { wait(request) } else { begin(request) }
        }
        if queue.count(.runnable) > 0 {
            let next = retryBudget.nextAvailable(at: now)
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
        defer { forgetIdleLanes() }
        var refused: Set<RateBudget.Kind> = []
        while queue.count(.stock) > 0, attempts.count < settings.send.maxInFlight {
            let freeForAll = freeSlots - queue.keptForStrict
            let next = queue.nextToPost { line, request in
                // What cannot go is withdrawn, whatever its turn.
                guard self.isReady(request) else { return true }
                return (line.isStrict || freeForAll > 0) && !refused.contains(Self.kind(line))
            }
            guard let (line, request) = next else { return }
            guard isSendingAllowed, isLeaseValid(request) else {
                queue.tookFromStock(line)
                withdraw(request)
                continue
            }
            if let reason = expiry(request) {
                queue.tookFromStock(line)
                let mark = request.entry.mark
                expire(request, reason, completion: .outcome(.notBegun, mark: mark))
                continue
            }
            // Before the budget, so that a probe that is not let through takes nothing from it.
            guard breaker.mayAdmit(.send, at: now, sendsWait: true) else { return }
            guard budget.take(Self.kind(line), at: now) else {
                wakeForBudget(Self.kind(line))
                refused.insert(Self.kind(line))
                continue
            }
            // Asked last: a permit that is not used would have to be given back.
            guard let permit = breaker.admit(.send, at: now, sendsWait: true) else { return }
            if !request.isRetry { retryBudget.firstAttempt() }
            queue.tookFromStock(line)
            post(request, permit)
        }
    }

    private static func kind(_ line: FairLines.Line) -> RateBudget.Kind { line.isPriority ? .prioritySend : .bulkSend }

    private func isReady(_ request: PendingRequest) -> Bool {
        isSendingAllowed && isLeaseValid(request) && expiry(request) == nil
    }

    /// A lane that has nothing to send leaves its part of the rate to the others at once.
    private func forgetIdleLanes() {
        guard !budget.isUnlimited else { return }
        if !queue.stockHas({ $0.isPriority }) { budget.notWaiting(.prioritySend) }
        if !queue.stockHas({ !$0.isPriority }) { budget.notWaiting(.bulkSend) }
    }

    func isLeaseValid(_ request: PendingRequest) -> Bool {
        clockGuard.isValid(request.lease, at: now)
    }

    private func post(_ request: PendingRequest, _ permit: CircuitBreaker.Permit) {
        guard let message = request.entry.message else { preconditionFailure("a request that is not accepted has its message") }
        let tag = attempts.insert(Attempt(mark: request.entry.mark, request: request, permit: permit))
        queue.begun(request)
        tell(.attemptBegan)
        let schedule = settings.send.schedule == .provider ? request.entry.sendAt : nil
        let sendAt = schedule.flatMap { $0 > wallNow ? $0 : nil }
        gateway.submit(message, sendAt: sendAt, isPriority: request.entry.isPriority, tag: tag)
    }

    /// Asked by the gateway just before the first byte.
    package func mayBegin(tag: UInt64, at clock: Now) -> Bool {
        set(clock)
        guard let request = attempts[tag]?.request, request.assignment.isAlive, request.assignment.phase == .open else { return false }
        return isLeaseValid(request) && account.maySend && (request.entry.expiresAt.map { wallNow < $0 } ?? true)
    }
}
