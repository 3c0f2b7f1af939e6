internal import Requests
internal import Time

/// Tracking: polls by the cadence, and what their answers change.
extension Pipeline {
    func track(_ value: [UInt8], base: Int64, _ assignment: Assignment, _ hash: RequestHash, isRestored: Bool) {
        assignment.live[hash] = .tracked(
            tracker.track(value, base: base, of: assignment, hash, isRestored: isRestored, at: clock, using: &random))
    }

    /// Starts polls while messages are due and there is room: sends come before polls in the budget.
    func pumpPolls() {
        tracker.isGated = true
        guard gateway.mustPoll else { return lookAtHorizons() }
        guard gates.mayPoll(outside, at: now) else { return }
        // Of sends that may begin: the intent of a probe takes a transaction.
        let sendsWait = queue.count(.stock) > 0 || (shut == nil && queue.count(.intentQueued) + queue.count(.runnable) > 0)
        if !gates.isRateUnlimited, !tracker.hasDue(at: now) { gates.notWaiting(.poll) }
        while tracker.mayPoll(at: now) {
            switch gates.ask(.poll, sendsWait: sendsWait, at: now) {
            case .noPermit: return
            case .noRate(let until):
                if let until { wake(at: until) }
                return
            case .go(let permit): poll(permit)
            }
        }
        tracker.isGated = false
    }

    private func poll(_ permit: Pace.Permit) {
        guard let due = tracker.takeDue(at: now) else { return endPermit(permit, .neutral) }
        guard let id = due.messageID else {
            endPermit(permit, .neutral)
            if due.isInParts { return lookAtHorizon(due) }
            follow(due.handle) { $0.askAgain(due.handle, stood: $1, at: $2, using: &$3) }
            return
        }
        tell(.pollBegan)
        gateway.poll(messageID: id, tag: tracker.begin(due.handle, permit: permit))
    }

    /// Nobody is asked: what is due is at its horizon.
    private func lookAtHorizons() {
        tracker.isGated = false
        while tracker.hasDue(at: now) { if let due = tracker.takeDue(at: now) { lookAtHorizon(due) } }
    }

    /// No message expires before every receipt has been read that was written within its time, and what is being looked for in the log has
    /// been found or not.
    private func lookAtHorizon(_ due: Tracker.Due) {
        let (account, now) = (gates.account, now)
        guard let end = tracker.horizon(due.handle, stood: { account.pollsStood(since: $0, until: now) }, at: now) else { return }
        if door.desk.isOn, due.isInParts {
            if let partition = tracker.partition(of: due.handle), door.desk.isLookingBack(for: partition) {
                return tracker.postpone(due.handle, to: now + Self.horizonDelay)
            }
            let (isComplete, question) = door.desk.isComplete(since: end, at: now)
            if let question { door.log?.askEnd(tag: question) }
            guard isComplete else { return tracker.postpone(due.handle, to: now + Self.horizonDelay) }
        }
        follow(due.handle) { tracker, _, clock, _ in tracker.expire(due.handle, at: clock) }
    }

    /// Until the end of the receipts' log is known, and read.
    private static let horizonDelay = Duration.seconds(1)

    func polled(tag: UInt64, _ outcome: PollOutcome) {
        guard let poll = tracker.end(tag) else { return }
        let (ending, failure) = Gates.ending(of: outcome)
        endPermit(poll.permit, ending, failure)
        tell(.pollAnswered(outcome, after: now - poll.permit.startedAt))
        switch outcome {
        case .account(let problem, let code): pauseAccount(problem, code: code)
        case .failed(_, let after?): gates.retryAfter(after, at: now)
        case .status, .unknownID, .refused, .failed: break
        }
        follow(poll.handle) { $0.answered(poll.handle, outcome, stood: $1, at: $2, using: &$3) }
    }

    /// Writes what a step of the tracker has changed.
    ///
    /// - Returns: whether it has changed anything.
    @discardableResult
    func follow(
        _ handle: TrackingHandle,
        _ step: (inout Tracker, (MonotonicInstant) -> Duration, Now, inout Chance) -> Tracker.Step
    ) -> Bool {
        guard let message = tracker.message(handle) else { return false }
        // Time in which bad credentials forbid every poll does not count towards the horizon.
        let account = gates.account
        let now = now
        switch step(&tracker, { account.pollsStood(since: $0, until: now) }, clock, &random) {
        case .nothing: return false
        case .changed(let entry, let event):
            write(entry, of: message.assignment, event: event, isUrgent: entry.isPriority)
        case .ended(let entry, let event):
            write(entry, of: message.assignment, event: event, isUrgent: entry.isPriority)
            closeID(message.hash, of: entry, assignment: message.assignment)
        }
        return true
    }
}
