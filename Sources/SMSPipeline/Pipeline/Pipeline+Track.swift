internal import Requests
internal import Time

/// Tracking: polls by the cadence, and what their answers change.
extension Pipeline {
    func track(_ entry: LedgerEntry, assignment: Assignment, hash: RequestHash) {
        var value: [UInt8] = []
        value.reserveCapacity(LedgerCodec.headSize + 96)
        LedgerCodec.encode(entry, into: &value)
        track(value: value, base: entry.trackingBase, assignment: assignment, hash: hash, isRestored: false)
    }

    /// `isRestored`: the first poll is spread over its interval, so that a restart asks for nobody in a herd.
    func track(value: [UInt8], base: Int64, assignment: Assignment, hash: RequestHash, isRestored: Bool) {
        // The age of a message is counted on the monotonic clock from here on; acceptance itself was on the wall clock.
        let start = now - .milliseconds(wallNow.clampedDifference(base))
        let message = TrackedMessage(assignment: assignment, hash: hash, value: value, base: start)
        let due: MonotonicInstant
        if isRestored {
            due = schedule.afterRestore(at: now, base: start, using: &random)
        } else {
            switch schedule.next(after: now, base: start, using: &random) {
            case .poll(let at), .expire(let at): due = at
            }
        }
        assignment.open[hash] = .tracked(tracked.insert(message, dueAt: due))
    }

    /// Starts polls while messages are due and there is room: sends come before polls in the budget.
    func pumpPolls() {
        arePollsGated = true
        guard gateway.mustPoll, account.mayPoll, !isCommitStuck, !isDraining, retryAfter.mayBegin(at: now) else { return }
        let sendsWait = queue.count(.stock) > 0
        if !budget.isUnlimited, tracked.nextDue.map({ $0 > now }) ?? true { budget.notWaiting(.poll) }
        while pollsInFlight.count < settings.track.maxInFlight, let due = tracked.nextDue, due <= now {
            guard breaker.mayAdmit(.poll, at: now, sendsWait: sendsWait) else { return }
            guard budget.take(.poll, at: now) else { return wakeForBudget(.poll) }
            guard let permit = breaker.admit(.poll, at: now, sendsWait: sendsWait) else { return }
            dueHandles.removeAll(keepingCapacity: true)
            tracked.popDue(now, limit: 1, into: &dueHandles)
            guard let handle = dueHandles.first, let message = tracked[handle], let id = LedgerCodec.firstMessageID(message.value) else {
                // Nobody can ask for a message without an id: it waits for its horizon.
                endPermit(permit, .neutral)
                if let handle = dueHandles.first, let message = tracked[handle] { pollAgain(handle, message) }
                continue
            }
            guard message.assignment.phase == .open else {
                endPermit(permit, .neutral)
                tracked.reschedule(handle, at: now + .seconds(1))
                continue
            }
            tell(.pollBegan)
            gateway.poll(messageID: id, tag: pollsInFlight.insert(Poll(handle: handle, permit: permit)))
        }
        arePollsGated = false
    }

    func polled(tag: UInt64, _ outcome: PollOutcome) {
        guard let poll = pollsInFlight.remove(tag) else { return }
        let handle = poll.handle
        if case .failed(let reason, retryAfter: nil) = outcome { lastProviderFailure = reason }
        switch outcome {
        case .status, .unknownID, .account, .refused, .failed(_, retryAfter: .some): endPermit(poll.permit, .success)
        case .failed(_, retryAfter: nil): endPermit(poll.permit, .failure)
        }
        guard let message = tracked[handle], message.assignment.isAlive else { return }
        guard message.assignment.phase == .open else {
            // Being given back: the next owner asks again.
            tracked.reschedule(handle, at: now + .seconds(1))
            return
        }
        switch outcome {
        case .status(let status):
            if message.unknownIDs > 0 { tracked.update(handle) { $0.unknownIDs = 0 } }
            learn(handle, message, status)
        case .unknownID:
            tracked.update(handle) { $0.unknownIDs += 1 }
            if message.unknownIDs + 1 >= Self.unknownIDLimit {
                endTracking(handle, message, code: "WRONG_ID", "the provider does not know this message, five times in a row")
            } else {
                pollAgain(handle, message)
            }
        case .account(let problem, let code):
            pauseAccount(problem, code: code)
            if problem == .credentials {
                // No word on the message: it must not be its last, even at its horizon. Polls go on when the account is in order.
                tracked.reschedule(handle, at: now + Self.accountDelay)
            } else {
                pollAgain(handle, message)
            }
        case .refused: pollAgain(handle, message)
        case .failed(_, let after):
            if let after { retryAfter.close(for: after, at: now) }
            pollAgain(handle, message)
        }
    }

    /// After a poll that the account was refused for.
    static let accountDelay = Duration.seconds(10)

    /// `WRONG_ID` so often in a row ends the tracking.
    static let unknownIDLimit: UInt8 = 5

    private func learn(_ handle: TrackingHandle, _ message: TrackedMessage, _ status: ReceivedStatus) {
        // The common answer changes nothing, and is recognised without reading the whole entry.
        if case .known(let known) = status, LedgerCodec.isUnchanged(message.value, status: known) {
            pollAgain(handle, message)
            return
        }
        var entry = decode(message)
        guard let event = entry.learn(status, at: wallNow) else {
            pollAgain(handle, message)
            return
        }
        write(entry, assignment: message.assignment, event: event, isUrgent: entry.isPriority)
        if entry.state == .closed {
            tracked.remove(handle)
            closeID(message.hash, of: entry, assignment: message.assignment)
        } else {
            var value: [UInt8] = []
            LedgerCodec.encode(entry, into: &value)
            tracked.update(handle) { $0.value = value }
            // With what it has learned: at the horizon this was the last look, and its last event comes behind this one.
            if let updated = tracked[handle] { pollAgain(handle, updated) }
        }
    }

    private func pollAgain(_ handle: TrackingHandle, _ message: TrackedMessage) {
        // Time in which bad credentials forbid every poll does not count towards the horizon.
        let stood = account.pollsStood(since: message.base, until: now)
        switch schedule.next(after: now, base: message.base, horizonStoodStill: stood, using: &random) {
        case .poll(let at): tracked.reschedule(handle, at: at)
        case .expire(let at):
            // The last look is at the horizon itself.
            guard at <= now else {
                tracked.reschedule(handle, at: at)
                return
            }
            endTracking(handle, message, code: "TRACKING_EXPIRED", "no final status within TRACK_HORIZON")
        }
    }

    private func endTracking(_ handle: TrackingHandle, _ message: TrackedMessage, code: String, _ sentence: String) {
        var entry = decode(message)
        let event = entry.giveUpTracking(code: code, sentence, at: wallNow)
        write(entry, assignment: message.assignment, event: event)
        tracked.remove(handle)
        closeID(message.hash, of: entry, assignment: message.assignment)
    }

    private func decode(_ message: TrackedMessage) -> LedgerEntry {
        guard case .open(let entry)? = message.value.withUnsafeBytes({ try? LedgerCodec.decode($0) }) else {
            preconditionFailure("the bytes of a tracked message are this process's own")
        }
        return entry
    }
}
