internal import EventLoop
internal import Logging
internal import Metrics
internal import Requests
internal import SMSPipeline
package import Time

/// Sending: which request begins an attempt, when its POST may leave, and what its outcome changes.
extension Pipeline {
    // MARK: Intents

    /// Whether there is room for one more intent, by every gate that could stop its POST.
    func canBegin(_ request: Request) -> Bool {
        guard isSendingAllowed, request.assignment.phase == .open else { return false }
        if let sendAt = request.entry.sendAt, configuration.send.schedule == .worker, sendAt > wallNow { return false }
        guard request.entry.notBefore <= wallNow, stockCount + queuedIntents < stockLimit else { return false }
        // A one-time code must not wait behind the stock of bulk intents: it may go beyond it, up to a full transaction.
        if request.entry.isPriority, policy(of: request) == .resend { return stockCount + queuedIntents < CommitQueue.recordLimit }
        return intentStock.room(freeSlots: freeSlots, stocked: stockCount + queuedIntents, policy: policy(of: request)) > 0
    }

    private func policy(of request: Request) -> UnknownPolicy { request.entry.policy ?? configuration.send.onUnknown }

    var freeSlots: Int { max(0, configuration.send.maxInFlight - runningCount) }

    /// Whether an ordinary request read now could begin.
    var hasRoom: Bool {
        isSendingAllowed
            && intentStock.room(freeSlots: freeSlots, stocked: stockCount + queuedIntents, policy: configuration.send.onUnknown) > 0
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

    /// Intents that could not leave soon would only grow old: while the breaker probes, and under a low rate.
    private var stockLimit: Int {
        let probing = breaker.state == .closed ? Int.max : Self.probes
        return budget.isUnlimited ? probing : min(probing, max(2, Int(2 * budget.rate)))
    }

    /// The most probes that the breaker lets through at a time.
    private static let probes = 8

    func begin(_ request: Request, advance: Int64? = nil) {
        let now = wallNow
        if let reason = expiry(request, at: now) {
            expire(request, reason, advance: advance)
            return
        }
        stopCountingWaiting(request)
        request.entry.begin(mark: nextMark())
        request.place = .intentQueued
        queuedIntents += 1
        if policy(of: request) != .resend { queuedStrictIntents += 1 }
        write(request, advance: advance, completion: .intent(request, mark: request.entry.mark), isUrgent: request.entry.isPriority)
    }

    /// Turn's end: as many intents as there is room for, the priority lane first.
    func beginWhatCan() {
        while let request = priorityLane.nextRunnable() {
            let isEarly = isEarly(request)
            guard isEarly || canBegin(request) else { break }
            _ = priorityLane.runnable.popFirst()
            if isEarly { enqueue(request) } else if !isPostponed(request) { begin(request) }
        }
        while let request = bulkLane.nextRunnable() {
            let isEarly = isEarly(request)
            guard isEarly || canBegin(request) else { break }
            _ = bulkLane.runnable.popFirst()
            if isEarly { enqueue(request) } else if !isPostponed(request) { begin(request) }
        }
    }

    /// The wall clock was set back since it became runnable: it must not hold up those behind it.
    private func isEarly(_ request: Request) -> Bool { startTime(request) > wallNow }

    /// A retry over its budget steps aside until there may be one; fresh requests go past it.
    private func isPostponed(_ request: Request) -> Bool {
        guard isRetry(request) else { return false }
        let next = retryBudget.nextAvailable(at: now)
        guard next > now else { return false }
        request.place = .timer
        request.timerGeneration &+= 1
        timers.insert(WaitTimer(request: request, generation: request.timerGeneration, kind: .due), at: next)
        return true
    }

    func stopCountingIntent(_ request: Request) {
        queuedIntents -= 1
        if policy(of: request) != .resend { queuedStrictIntents -= 1 }
    }

    /// Its intent is committed: it waits for a slot from here on.
    func intentCommitted(_ request: Request, mark: UInt64, leaseStart: MonotonicInstant) {
        stopCountingIntent(request)
        guard request.assignment.isAlive, request.place == .intentQueued, request.entry.mark == mark else { return }
        request.lease = Lease(takenAt: leaseStart)
        request.place = .stock
        stockCount += 1
        if request.entry.isPriority { priorityLane.stock.append(request) } else { bulkLane.stock.append(request) }
    }

    // MARK: POSTs

    /// Starts POSTs while there are slots, leases, and a budget.
    func pumpSends() {
        defer { forgetIdleLanes() }
        guard stockCount > 0 else { return }
        while runningCount < configuration.send.maxInFlight {
            guard let request = priorityLane.nextInStock() ?? bulkLane.nextInStock() else { return }
            guard isSendingAllowed, request.assignment.phase == .open, isLeaseValid(request) else {
                removeFromStock(request)
                withdraw(request)
                continue
            }
            if let reason = expiry(request, at: wallNow) {
                removeFromStock(request)
                expire(request, reason)
                continue
            }
            let kind: RateBudget.Kind = request.entry.isPriority ? .prioritySend : .bulkSend
            let isRetry = isRetry(request)
            if isRetry, retryBudget.nextAvailable(at: now) > now {
                // Retries over budget wait their turn without a slot; fresh messages go past them.
                removeFromStock(request)
                withdraw(request, notBefore: wallNow + 1_000)
                continue
            }
            // Before the budget, so that a probe that is not let through takes nothing from it.
            guard breaker.mayAdmit(.send, at: now, sendsWait: true) else { return }
            guard budget.take(kind, at: now) else {
                wakeForBudget(kind)
                return
            }
            // Asked last: a permit that is not used would have to be given back.
            guard let permit = breaker.admit(.send, at: now, sendsWait: true) else { return }
            if isRetry { _ = retryBudget.takeRetry(at: now) } else { retryBudget.firstAttempt() }
            removeFromStock(request)
            post(request, permit)
        }
    }

    func isRetry(_ request: Request) -> Bool { request.entry.failures > 0 || request.entry.hasUnknownOutcome }

    /// A lane that has nothing to send leaves its part of the rate to the others at once.
    private func forgetIdleLanes() {
        guard !budget.isUnlimited else { return }
        if priorityLane.nextInStock() == nil { budget.notWaiting(.prioritySend) }
        if bulkLane.nextInStock() == nil { budget.notWaiting(.bulkSend) }
    }

    func isLeaseValid(_ request: Request) -> Bool {
        clockGuard.isValid(request.lease, at: now)
    }

    private func removeFromStock(_ request: Request) {
        stockCount -= 1
        request.place = .running
        if request.entry.isPriority { _ = priorityLane.stock.popFirst() } else { _ = bulkLane.stock.popFirst() }
    }

    private func post(_ request: Request, _ permit: CircuitBreaker.Permit) {
        guard let message = request.entry.message else { preconditionFailure("a request that is not accepted has its message") }
        let attempt = Attempt(mark: request.entry.mark, request: request, permit: permit)
        let tag = attempts.insert(attempt)
        request.place = .running
        request.assignment.running += 1
        runningCount += 1
        metrics.attempts.increment()
        let schedule = configuration.send.schedule == .provider ? request.entry.sendAt : nil
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
