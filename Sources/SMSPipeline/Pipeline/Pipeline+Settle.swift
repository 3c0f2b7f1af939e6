internal import Requests
internal import Time

/// Outcomes: what the provider's answer changes, for the message and for the account.
extension Pipeline {
    func submitted(tag: UInt64, _ outcome: AttemptOutcome) {
        guard let attempt = attempts[tag] else { return }
        let (ending, failure) = Gates.ending(of: outcome)
        endPermit(attempt.permit, ending, failure)
        if outcome != .notBegun { tell(.sendAnswered(outcome, after: now - attempt.permit.startedAt)) }
        endSpan(of: attempt, outcome)
        if case .refused(let code) = outcome, settings.checksBalance, !BalanceLook.familiarCodes.contains(code) {
            let refused = RefusedAttempt(tag: tag, code: code, parts: attempt.parts)
            switch attempts.lookAtBalance(for: refused, at: now) {
            case .known(let answer): finish(tag: tag, Attempts.outcome(of: refused, answer))
            case .start: askBalance()
            case .wait: break
            }
            return
        }
        finish(tag: tag, outcome)
    }

    func balanceAnswered(_ answer: BalanceAnswer) {
        let (served, asksAgain) = attempts.balanceAnswered(answer, at: now)
        // Over SMPP it says that the account is bound, and no number.
        if gateway.parts == nil, case .credits(let left) = answer { gates.credits.answered(left, at: now) }
        for refused in served { finish(tag: refused.tag, Attempts.outcome(of: refused, answer)) }
        if asksAgain { askBalance() }
        // Refused messages wait again by now.
        let parts = queue.longestWaiting()?.entry.leastParts ?? 1
        if case .logResumed(let pause) = gates.balanceAnswered(answer, parts: parts, at: now, using: &random) {
            tell(.accountResumed(after: pause))
        }
        updateHealth()
    }

    func askBalance() {
        gates.askedBeside(at: now)
        gateway.askBalance()
    }

    /// - Parameter failure: of the provider, in harmless words.
    func endPermit(_ permit: Pace.Permit, _ ending: Pace.Ending, _ failure: String? = nil) {
        switch gates.ended(permit, ending, failure: failure, at: now, using: &random) {
        case .opened(let duration):
            tell(.providerFails(for: duration, lastFailure: gates.lastFailure))
            updateHealth()
        case .closed:
            tell(.providerAnswers)
            updateHealth()
        case nil: break
        }
    }

    func finish(tag: UInt64, _ outcome: AttemptOutcome) {
        guard let attempt = attempts[tag] else { return }
        tell(.attemptEnded(outcome))
        attemptEnded(tag, outcome, attempt.request?.entry.message)
        guard let request = attempts.end(tag, outcome, at: now) else { return }
        settle(request, outcome, mark: attempt.mark)
    }

    private func attemptEnded(_ tag: UInt64, _ outcome: AttemptOutcome, _ message: Message?) {
        switch gates.attemptEnded(tag, outcome, message, at: now) {
        case .narrowed(let code): tell(.refusalsNarrow(code: code))
        case .ended: tell(.refusalsEnded)
        case nil: return
        }
        updateHealth()
    }

    /// What an outcome changes: the entry, its event, the queue it stands in.
    func settle(_ request: PendingRequest, _ outcome: AttemptOutcome, mark: UInt64) {
        let wall = wallNow
        let completion = CommitQueue.Completion.outcome(outcome, mark: mark)
        if outcome.mayHaveCost { gates.credits.spent() }
        switch outcome {
        case .accepted(let receipt):
            gates.acceptedSend()
            if request.isRetry { gates.retryAnswered() }
            let event = request.entry.accept(receipt, at: wall)
            publish(request, event, completion: completion)
        case .refused(let code):
            if request.isRetry { gates.retryAnswered() }
            let event = request.entry.refuse(code: code, at: wall)
            publish(request, event, completion: completion)
        case .account(let problem, let code):
            pauseAccount(problem, code: code)
            request.entry.postpone()
            wait(request, completion: completion)
        case .notSent(_, let after, _):
            if let after { gates.retryAfter(after, at: now) }
            request.entry.notSent(notBefore: wall + backoffDelay(failures: Int(request.entry.failures) + 1, atLeast: after))
            wait(request, completion: completion)
        case .notBegun:
            request.entry.withdraw()
            giveBackRetry(request)
            if let event = request.entry.failedPart(at: wall) {
                publish(request, event, completion: completion)
            } else if let reason = expiry(request) {
                expire(request, reason, completion: completion)
            } else {
                wait(request, completion: completion)
            }
        case .unknown(let reason) where request.entry.submission != nil: forgetAttempt(request, reason, completion: completion)
        case .unknown(let reason):
            let delay = backoffDelay(failures: Int(request.entry.unknownAttempts) + 1, atLeast: nil)
            let event = request.entry.unknown(
                reason, default: settings.send.onUnknown, maxAttempts: settings.send.maxAttempts, notBefore: wall + delay,
                at: wall)
            if let event {
                publish(request, event, completion: completion)
            } else if request.entry.state == .held {
                hold(request, completion: completion)
            } else {
                wait(request, completion: completion)
            }
        case .parts(let outcomes): settle(request, parts: outcomes, completion: completion)
        }
    }

    func backoffDelay(failures: Int, atLeast: Duration?) -> Int64 {
        max(backoff.delay(failures: failures, using: &random).milliseconds, atLeast?.milliseconds ?? 0)
    }

    /// An intent that did not become a POST goes back to `waiting`, cleanly.
    func withdraw(_ request: PendingRequest) {
        let mark = request.entry.mark
        request.entry.withdraw()
        giveBackRetry(request)
        wait(request, completion: .outcome(.notBegun, mark: mark))
    }

    /// It was not used.
    private func giveBackRetry(_ request: PendingRequest) {
        if request.holdsRetry { gates.giveBackRetry() }
        request.holdsRetry = false
    }

    func wait(_ request: PendingRequest, completion: CommitQueue.Completion) {
        let paused = gates.account.paused(since: request.pausesCountedUntil, until: now)
        request.entry.pausedMilliseconds = request.entry.pausedMilliseconds.clampedSum(paused.milliseconds)
        request.pausesCountedUntil = now
        write(request, completion: completion)
        wait(request)
    }

    func hold(_ request: PendingRequest, completion: CommitQueue.Completion) {
        let next = queue.held(request)
        write(request, completion: completion)
        if let next { wait(next) }
        tell(.held(id: request.entry.echo.id, request.assignment.key))
    }

    func expire(_ request: PendingRequest, _ reason: String, advance: Int64? = nil, completion: CommitQueue.Completion = .none) {
        let event = request.entry.expire(reason, at: wallNow)
        publish(request, event, advance: advance, completion: completion)
    }

    /// Writes an entry with its event, and lets the request leave the sending part: it is tracked now, or closed.
    func publish(_ request: PendingRequest, _ event: EntryEvent, advance: Int64? = nil, completion: CommitQueue.Completion = .none) {
        let next = queue.left(request)
        // A tracked message is kept as the bytes of its ledger record.
        let value = request.entry.state == .tracking ? LedgerCodec.bytes(of: request.entry) : nil
        write(
            request.entry, of: request.assignment, event: event, advance: advance, completion: completion,
            isUrgent: request.entry.isPriority, encoded: value, since: request.since)
        if let value {
            track(value, base: request.entry.trackingBase, request.assignment, request.hash, isRestored: false)
        } else {
            closeID(request.hash, of: request.entry, assignment: request.assignment)
        }
        if let next { wait(next) }
    }

    func closeID(_ hash: RequestHash, of entry: LedgerEntry, assignment: Assignment) {
        assignment.live[hash] = nil
        forgetIDs(of: entry, hash, in: assignment.key)
        assignment.dedup.close(hash, alias: entry.alias, at: entry.closedAt)
    }

    // MARK: Account

    func pauseAccount(_ problem: AccountProblem, code: String) {
        guard case .logPaused = gates.accountRefused(problem, at: now, using: &random) else { return }
        tell(.accountPaused(problem, code: code))
        updateHealth()
    }
}
