internal import EventLoop
internal import Logging
internal import Metrics

/// Sending: which request begins an attempt, when its POST may leave, and what its outcome changes.
extension Pipeline {
    // MARK: Admission

    /// Takes a request into the ledger: straight to its intent where it can start now, else as waiting.
    func admit(_ request: Request, advance: Int64) {
        let assignment = request.assignment
        assignment.open[request.hash] = .active(request)
        request.pausesCountedUntil = loop.now
        joinKey(request)
        if request.place == .runnable, canBegin(request) {
            begin(request, advance: advance)
            return
        }
        write(request, advance: advance)
        enqueue(request)
    }

    /// Puts a request behind the one before it with the same key, or makes it runnable.
    func joinKey(_ request: Request) {
        guard let key = request.orderHash else {
            request.place = .runnable
            return
        }
        if let last = request.assignment.lastWithKey.updateValue(request, forKey: key) {
            last.nextWithKey = request
            request.place = .behindKey
        } else {
            request.place = .runnable
        }
    }

    /// Accepted, closed or held: the next request of the same key may begin. One that leaves from the middle of the line (cancelled,
    /// expired) stays as a link and is passed over when its turn comes.
    func leaveKey(_ request: Request) {
        guard let key = request.orderHash, request.place != .behindKey else { return }
        var next = request.nextWithKey
        request.nextWithKey = nil
        while let candidate = next, candidate.place != .behindKey { next = candidate.nextWithKey }
        guard let next else {
            request.assignment.lastWithKey[key] = nil
            return
        }
        next.place = .runnable
        enqueue(next)
    }

    /// Puts a waiting request where it belongs: behind a timer, or into its lane. What stands behind a key stays there.
    func enqueue(_ request: Request) {
        if !request.isCountedWaiting {
            request.isCountedWaiting = true
            waitingCount += 1
        }
        scheduleExpiry(request)
        guard request.place != .behindKey else { return }
        let now = wallNow
        var due = request.entry.notBefore
        if configuration.send.schedule == .worker, let sendAt = request.entry.sendAt { due = max(due, sendAt) }
        if due > now {
            request.place = .timer
            request.timerGeneration &+= 1
            timers.insert(WaitTimer(request: request, generation: request.timerGeneration, kind: .due), at: loop.now + .milliseconds(due - now))
        } else {
            request.place = .runnable
            if request.entry.isPriority { priorityLane.runnable.append(request) } else { bulkLane.runnable.append(request) }
        }
    }

    func stopCountingWaiting(_ request: Request) {
        guard request.isCountedWaiting else { return }
        request.isCountedWaiting = false
        waitingCount -= 1
    }

    /// A deadline also ends what never gets its turn (an account pause, a key that is blocked).
    private func scheduleExpiry(_ request: Request) {
        guard !request.hasExpiryTimer else { return }
        request.hasExpiryTimer = true
        let deadline = min(request.entry.expiresAt ?? .max, ageLimit(request))
        let delay = max(0, min(deadline - wallNow, 31_536_000_000))
        timers.insert(WaitTimer(request: request, generation: 0, kind: .expiry), at: loop.now + .milliseconds(delay))
    }

    /// Milliseconds since 1970 at which `SEND_MAX_AGE` is reached, by what is known of pauses now.
    func ageLimit(_ request: Request) -> Int64 {
        let start = max(request.entry.admittedAt, request.entry.sendAt ?? 0)
        let paused = account.paused(since: request.pausesCountedUntil, until: loop.now).milliseconds + request.entry.pausedMilliseconds
        return start + configuration.send.maxAge.milliseconds + paused
    }

    /// The sentence of an expiry, or nil while there is time.
    func expiry(_ request: Request, at now: Int64) -> String? {
        if let expiresAt = request.entry.expiresAt, now >= expiresAt { return "expiresAt had passed" }
        if now >= ageLimit(request) { return "it had waited longer than SEND_MAX_AGE" }
        return nil
    }

    func runTimers() {
        while let timer = timers.popDue(loop.now) {
            let request = timer.request
            guard request.assignment.isAlive, request.entry.state == .waiting else {
                if timer.kind == .expiry { request.hasExpiryTimer = false }
                continue
            }
            switch timer.kind {
            case .due:
                guard request.place == .timer, request.timerGeneration == timer.generation else { continue }
                enqueue(request)
            case .expiry:
                request.hasExpiryTimer = false
                guard request.assignment.phase == .open else { continue }
                if let reason = expiry(request, at: wallNow) {
                    expire(request, reason)
                } else {
                    scheduleExpiry(request)
                }
            }
        }
    }

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
        !isDraining && account.maySend && !isCommitStuck && clockGuard.mayLease(at: loop.now) && retryAfter.mayBegin(at: loop.now)
            && isBreakerPassable
    }

    /// Half-open the breaker lets a few through: the others wait with their intents, for a moment.
    private var isBreakerPassable: Bool {
        switch breaker.state {
        case .closed, .halfOpen: true
        case .open(let until): until <= loop.now
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
        while let request = priorityLane.nextRunnable(), canBegin(request) {
            _ = priorityLane.runnable.popFirst()
            if !isPostponed(request) { begin(request) }
        }
        while let request = bulkLane.nextRunnable(), canBegin(request) {
            _ = bulkLane.runnable.popFirst()
            if !isPostponed(request) { begin(request) }
        }
    }

    /// A retry over its budget steps aside until there may be one; fresh requests go past it.
    private func isPostponed(_ request: Request) -> Bool {
        guard isRetry(request) else { return false }
        let next = retryBudget.nextAvailable(at: loop.now)
        guard next > loop.now else { return false }
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
            if isRetry, retryBudget.nextAvailable(at: loop.now) > loop.now {
                // Retries over budget wait their turn without a slot; fresh messages go past them.
                removeFromStock(request)
                withdraw(request, notBefore: wallNow + 1_000)
                continue
            }
            guard budget.take(kind, at: loop.now) else {
                wakeForBudget(kind)
                return
            }
            // Asked last: a permit that is not used would have to be given back.
            guard let permit = breaker.admit(.send, at: loop.now, sendsWait: true) else { return }
            if isRetry { _ = retryBudget.takeRetry(at: loop.now) } else { retryBudget.firstAttempt() }
            removeFromStock(request)
            post(request, permit)
        }
    }

    private func isRetry(_ request: Request) -> Bool { request.entry.failures > 0 || request.entry.hasUnknownOutcome }

    /// A lane that has nothing to send leaves its part of the rate to the others at once.
    private func forgetIdleLanes() {
        guard !budget.isUnlimited else { return }
        if priorityLane.nextInStock() == nil { budget.notWaiting(.prioritySend) }
        if bulkLane.nextInStock() == nil { budget.notWaiting(.bulkSend) }
    }

    func isLeaseValid(_ request: Request) -> Bool {
        clockGuard.isValid(request.lease, at: loop.now)
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
        gateway?.submit(message, sendAt: sendAt, isPriority: request.entry.isPriority, tag: tag)
    }

    /// Asked by the gateway just before the first byte.
    func mayBegin(tag: UInt64) -> Bool {
        guard let request = attempts[tag]?.request, request.assignment.isAlive, request.assignment.phase == .open else { return false }
        loop.updateNow()
        return isLeaseValid(request) && account.maySend && (request.entry.expiresAt.map { wallNow < $0 } ?? true)
    }

    // MARK: Outcomes

    func submitted(tag: UInt64, _ outcome: AttemptOutcome) {
        guard let attempt = attempts[tag] else { return }
        endPermit(attempt.permit, Self.ending(of: outcome))
        if case .refused(let code) = outcome, configuration.provider.checkBalance, !BalanceLook<RefusedAttempt>.familiarCodes.contains(code) {
            // The vendor documents no code for an empty account: an unfamiliar one may be it, and then no message may fail.
            let refused = RefusedAttempt(tag: tag, code: code)
            switch balanceLook.ask(for: refused, at: loop.now) {
            case .known(let answer): looked(refused, answer)
            case .start: gateway?.askBalance()
            case .wait: break
            }
            return
        }
        finish(tag: tag, outcome)
    }

    /// What the balance says of a refusal by an unfamiliar code.
    private func looked(_ refused: RefusedAttempt, _ answer: BalanceAnswer) {
        switch answer {
        case .credits: finish(tag: refused.tag, .refused(code: refused.code))
        case .noCredits: finish(tag: refused.tag, .account(.credit, code: refused.code))
        case .badCredentials: finish(tag: refused.tag, .account(.credentials, code: refused.code))
        case .failed:
            finish(tag: refused.tag, .notSent(reason: "refused by \(refused.code), and the balance could not be asked", retryAfter: nil))
        }
    }

    func balanceAnswered(_ answer: BalanceAnswer) {
        for refused in balanceLook.answered(answer, at: loop.now) { looked(refused, answer) }
        if case .logResumed(let pause) = account.probeAnswered(answer, at: loop.now, using: &random) {
            log.notice("the account is in order again: sending goes on", metadata: [LogKeys.seconds: "\(pause.components.seconds)"])
        }
        updateHealth()
    }

    static func ending(of outcome: AttemptOutcome) -> CircuitBreaker.Ending {
        switch outcome {
        case .accepted, .refused, .account: .success
        case .notSent(_, let after): after == nil ? .failure : .success
        case .notBegun: .neutral
        case .unknown: .failure
        }
    }

    func endPermit(_ permit: CircuitBreaker.Permit, _ ending: CircuitBreaker.Ending) {
        switch breaker.ended(permit, ending, at: loop.now, using: &random) {
        case .opened(let duration):
            log.warning(
                "the provider fails: attempts and polls stop and are tried again one by one",
                metadata: [LogKeys.seconds: "\(duration.components.seconds)"])
            updateHealth()
        case .closed:
            log.notice("the provider answers again")
            updateHealth()
        case nil: break
        }
    }

    func finish(tag: UInt64, _ outcome: AttemptOutcome) {
        guard let attempt = attempts.remove(tag) else { return }
        runningCount -= 1
        if outcome != .notBegun { intentStock.postEnded() }
        metrics.count(outcome)
        guard let request = attempt.request, request.assignment.isAlive else {
            // Its assignment has ended: nobody writes anything now; a restore in this process will ask for this fact.
            facts.record(.ended(outcome), mark: attempt.mark, at: loop.now)
            return
        }
        request.assignment.running -= 1
        settle(request, outcome, mark: attempt.mark)
    }

    /// What an outcome changes: the entry, its event, the queue it stands in.
    func settle(_ request: Request, _ outcome: AttemptOutcome, mark: UInt64) {
        let now = wallNow
        let completion = CommitQueue.Completion.outcome(outcome, mark: mark)
        switch outcome {
        case .accepted(let receipt):
            account.acceptedSend()
            if isRetry(request) { retryBudget.retryAnswered() }
            let event = request.entry.accept(receipt, at: now)
            publish(request, event, completion: completion)
        case .refused(let code):
            if isRetry(request) { retryBudget.retryAnswered() }
            let event = request.entry.refuse(code: code, at: now)
            publish(request, event, completion: completion)
        case .account(let problem, let code):
            pauseAccount(problem, code: code)
            request.entry.postpone()
            wait(request, completion: completion)
        case .notSent(_, let after):
            if let after { retryAfter.close(for: after, at: loop.now) }
            request.entry.notSent(notBefore: now + backoffDelay(failures: Int(request.entry.failures) + 1, atLeast: after))
            wait(request, completion: completion)
        case .notBegun:
            request.entry.withdraw()
            if let reason = expiry(request, at: now) {
                expire(request, reason, completion: completion)
            } else {
                wait(request, completion: completion)
            }
        case .unknown(let reason):
            let delay = backoffDelay(failures: Int(request.entry.unknownAttempts) + 1, atLeast: nil)
            let event = request.entry.unknown(
                reason, default: configuration.send.onUnknown, maxAttempts: configuration.send.maxAttempts, notBefore: now + delay, at: now)
            if let event {
                publish(request, event, completion: completion)
            } else if request.entry.state == .held {
                hold(request, completion: completion)
            } else {
                wait(request, completion: completion)
            }
        }
    }

    private func backoffDelay(failures: Int, atLeast: Duration?) -> Int64 {
        max(backoff.delay(failures: failures, using: &random).milliseconds, atLeast?.milliseconds ?? 0)
    }

    /// An intent that did not become a POST goes back to `waiting`, cleanly.
    func withdraw(_ request: Request, notBefore: Int64? = nil) {
        let mark = request.entry.mark
        request.entry.withdraw()
        if let notBefore { request.entry.notBefore = notBefore }
        wait(request, completion: .outcome(.notBegun, mark: mark))
    }

    private func wait(_ request: Request, completion: CommitQueue.Completion) {
        request.entry.pausedMilliseconds += account.paused(since: request.pausesCountedUntil, until: loop.now).milliseconds
        request.pausesCountedUntil = loop.now
        write(request, completion: completion)
        request.place = .runnable
        enqueue(request)
    }

    private func hold(_ request: Request, completion: CommitQueue.Completion) {
        request.place = .held
        heldCount += 1
        leaveKey(request)
        write(request, completion: completion)
    }

    func expire(_ request: Request, _ reason: String, advance: Int64? = nil, completion: CommitQueue.Completion = .none) {
        let event = request.entry.expire(reason, at: wallNow)
        publish(request, event, advance: advance, completion: completion)
    }

    /// Writes an entry with its event, and lets the request leave the sending part: it is tracked now, or closed.
    func publish(_ request: Request, _ event: EntryEvent, advance: Int64? = nil, completion: CommitQueue.Completion = .none) {
        stopCountingWaiting(request)
        if request.place == .held { heldCount -= 1 } else { leaveKey(request) }
        request.place = .gone
        write(request, event: event, advance: advance, completion: completion, isUrgent: request.entry.isPriority)
        if request.entry.state == .tracking {
            track(request.entry, assignment: request.assignment, hash: request.hash)
        } else {
            closeID(request.hash, assignment: request.assignment, at: request.entry.closedAt)
        }
    }

    func closeID(_ hash: RequestHash, assignment: Assignment, at milliseconds: Int64) {
        assignment.open[hash] = nil
        assignment.closed.insert(hash, closedAt: milliseconds)
    }

    // MARK: Account

    func pauseAccount(_ problem: AccountProblem, code: String) {
        guard case .logPaused = account.refused(problem, at: loop.now, using: &random) else { return }
        log.warning(
            problem == .credentials
                ? "the provider refuses the credentials: sending and polling are paused, no message fails; the account is probed until it answers"
                : "the provider says that there is no credit: sending is paused, no message fails; the account is probed until it is topped up",
            metadata: [LogKeys.code: "\(code)"])
        updateHealth()
    }
}
