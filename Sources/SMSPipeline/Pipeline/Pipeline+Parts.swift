internal import Requests
internal import Time

/// Attempts that go out part by part: one part after another, each looked at once more before it leaves.
extension Pipeline {
    // MARK: The intent

    /// The intent of an attempt; over SMPP the first one settles how the message goes out.
    ///
    /// - Returns: why the message can never go out this way; nil: it may.
    func beginEntry(_ request: PendingRequest) -> String? {
        guard let parts = gateway.parts, let tail = door.desk.book?.tail else {
            if let impossible = request.entry.goWhole() { return impossible }
            request.entry.begin(mark: attempts.nextMark())
            return nil
        }
        if let begun = request.entry.submission, begun.account != door.desk.settings?.account,
            let impossible = request.entry.goWhole(for: "the account is another now")
        {
            return impossible
        }
        if request.entry.submission != nil {
            request.entry.begin(mark: attempts.nextMark())
            return nil
        }
        guard let message = request.entry.message else { preconditionFailure("a request that is not accepted has its message") }
        switch parts.plan(message, offset: request.entry.offset) {
        case .impossible(let reason): return reason
        case .parts(let plan):
            request.entry.begin(mark: attempts.nextMark(), first: Submission(plan, from: tail.next))
            return nil
        }
    }

    /// - Returns: false: it goes out whole.
    func postParts(_ request: PendingRequest, tag: UInt64) -> Bool {
        guard gateway.parts != nil, let submission = request.entry.submission, let attempt = attempts[tag] else { return false }
        guard let hold = door.desk.attemptBegins(of: request.assignment.key) else {
            preconditionFailure("no attempt begins before")
        }
        attempt.underWay = PartsUnderWay(tag, of: request, submission, hold)
        request.attempt = tag
        door.desk.overtaken(request.hash, of: request.assignment.key)
        attempts.endLate(request.hash, of: request.assignment.key)
        submitPart(tag, attempt)
        return true
    }

    private func submitPart(_ tag: UInt64, _ attempt: Attempt) {
        guard let part = attempt.underWay?.current, let entry = attempt.request?.entry, let submission = entry.submission,
            let message = entry.message
        else { preconditionFailure("a part is submitted for a request that is here and is not accepted") }
        gateway.parts?.submit(
            part: part, of: submission, message, expiresAt: entry.expiresAt, isPriority: entry.isPriority, tag: tag)
    }

    // MARK: Outcomes

    /// A refused or unknown part stops its attempt: no further part begins. So does one that a receipt says has failed for good.
    func partAnswered(_ tag: UInt64, _ outcome: PartOutcome?) {
        guard let attempt = attempts[tag], let part = attempt.underWay?.current else { return }
        let (ending, failure) = Gates.ending(of: outcome?.gist ?? .notBegun)
        endPermit(attempt.permit, ending, failure)
        guard let outcome else { return partsEnded(tag, attempt) }
        tell(.sendAnswered(outcome.gist, after: now - attempt.permit.startedAt))
        attempt.underWay?.outcomes.append(accepted(outcome, part, attempt.request))
        guard case .accepted = outcome else {
            if case .unknown = outcome, let parts = attempt.underWay {
                door.desk.unanswered(
                    tag,
                    ReceiptDesk.LatePart(
                        partition: parts.partition, request: parts.hash, offset: parts.offset, mark: attempt.mark, part: part,
                        hold: parts.hold))
                attempts.late = door.desk.lateCount
            }
            return partsEnded(tag, attempt)
        }
        guard mayGoOn(attempt), let request = attempt.request else { return partsEnded(tag, attempt) }
        door.line.append(tag, isPriority: request.entry.isPriority)
        pumpParts()
    }

    /// Further parts go when first ones may: no attempt is ahead of a pause, the rate or the pace because it has begun. What cannot go any more
    /// ends its attempt, with unsent parts: nothing of them has left.
    func pumpParts() {
        guard !door.line.isEmpty else { return }
        for tag in door.line.all {
            guard let attempt = attempts[tag], !mayGoOn(attempt) else { continue }
            door.line.remove(tag)
            partsEnded(tag, attempt)
        }
        for isPriority in [true, false] {
            // One that has a slot to begin in.
            let codesWait = attempts.free > 0 && queue.stockHas { $0.isPriority }
            while let tag = door.line.next(isPriority: isPriority, codesWait: codesWait), let attempt = attempts[tag] {
                switch gates.askNextPart(isPriority ? .prioritySend : .bulkSend, at: now) {
                case .noPermit: return
                case .noRate(let until):
                    if let until { wake(at: until) }
                case .go(let permit):
                    attempt.permit = permit
                    door.line.remove(tag)
                    door.line.went(isPriority: isPriority)
                    submitPart(tag, attempt)
                    continue
                }
                break
            }
        }
    }

    private func mayGoOn(_ attempt: Attempt) -> Bool {
        guard let parts = attempt.underWay, parts.current != nil, let request = attempt.request, !door.isShut, mayLeave(request) else {
            return false
        }
        return !parts.outcomes.contains { if case .accepted(_, .failed) = $0 { true } else { false } }
    }

    private func partsEnded(_ tag: UInt64, _ attempt: Attempt) {
        guard let parts = attempt.underWay else { return }
        endSpan(of: attempt, parts.outcome)
        finish(tag: tag, parts.outcome)
        attempt.request?.attempt = nil
        // Behind the operation: what it says of receipts is at most what was applied when the attempt began.
        door.desk.attemptEnded(of: parts.partition, parts.hold)
    }

    /// The end of an attempt: its list of parts, in one operation.
    func settle(_ request: PendingRequest, parts outcomes: [PartOutcome], completion: CommitQueue.Completion) {
        let delay = backoffDelay(failures: Int(max(request.entry.unknownAttempts, request.entry.failures)) + 1, atLeast: nil)
        let event = request.entry.settle(
            outcomes, default: settings.send.onUnknown, maxAttempts: settings.send.maxAttempts, notBefore: wallNow + delay, at: wallNow)
        settled(request, event, completion: completion)
    }

    /// An attempt that no fact tells of: what is not known to be taken may be.
    func forgetAttempt(_ request: PendingRequest, _ reason: String, completion: CommitQueue.Completion) {
        let delay = backoffDelay(failures: Int(request.entry.unknownAttempts) + 1, atLeast: nil)
        let event = request.entry.forgetAttempt(
            reason, default: settings.send.onUnknown, maxAttempts: settings.send.maxAttempts, notBefore: wallNow + delay, at: wallNow)
        settled(request, event, completion: completion)
    }

    private func settled(_ request: PendingRequest, _ event: EntryEvent?, completion: CommitQueue.Completion) {
        if let event { return publish(request, event, completion: completion) }
        if request.entry.state == .held { return hold(request, completion: completion) }
        wait(request, completion: completion)
    }

    /// The word after *unknown*: the part was taken after all, or nothing will be heard of it any more.
    func lateAnswer(_ tag: UInt64, _ id: String?) {
        guard let late = door.desk.takeLate(tag) else { return }
        attempts.late = door.desk.lateCount
        defer { door.desk.lateEnded(late) }
        guard let id, !late.isOvertaken else { return }
        switch partitions[late.partition]?.live[late.request] {
        case .active(let request): take(late.accepted(id), request)
        case .tracked: break
        // Its ledger is being read, or its end is not written yet: who restores it asks for this.
        case nil: attempts.keep(late.accepted(id), at: now)
        }
    }

    /// What came late is a fact until it is committed.
    ///
    /// - Parameter receipts: that were found in the log; what is kept came behind them.
    private func take(_ late: LateAcceptance, _ request: PendingRequest, _ receipts: [Receipt] = []) {
        guard request.attempt == nil, request.entry.offset == late.offset,
            request.entry.submission?.unknown.contains(late.part) == true
        else { return }
        // The next attempt has not begun: its intent is not needed, or for less.
        switch request.place {
        case .stock, .intentQueued: withdraw(request)
        case .behindKey, .timer, .runnable, .held: break
        case .running, .gone: return
        }
        let wasHeld = request.entry.state == .held
        let status = status(of: late.part, late.id, request, .sent, receipts)
        guard case .changed(let event) = request.entry.acceptLate(part: late.part, id: late.id, status, at: wallNow) else { return }
        tell(.lateAnswer)
        if let event { return publish(request, event, completion: .late(late)) }
        if wasHeld, request.entry.state == .waiting {
            waitAgain(request, completion: .late(late))
        } else {
            write(request, completion: .late(late))
        }
    }

    /// A restored request's, where its ledger does not say it.
    func takeLate(_ request: PendingRequest, _ receipts: [Receipt]) {
        guard let late = attempts.late(request.hash, at: request.entry.offset, of: request.assignment.key) else { return }
        attempts.endLate(request.hash, of: request.assignment.key)
        take(late, request, receipts)
    }

    // MARK: Ids

    /// With what receipts of before say of it: an acceptance and the receipts that are kept are one operation.
    private func accepted(_ outcome: PartOutcome, _ part: Int, _ request: PendingRequest?) -> PartOutcome {
        guard case .accepted(let id, let status) = outcome, let request else { return outcome }
        return .accepted(id: id, status: register(request.entry, request, part: part, id: id).reduce(status, Self.folded))
    }

    /// A restored attempt's parts, whose ids no ledger has yet.
    ///
    /// - Parameter receipts: that were found in the log; what is kept came behind them.
    func accepted(_ outcomes: [PartOutcome], of request: PendingRequest, _ receipts: [Receipt]) -> [PartOutcome] {
        guard let submission = request.entry.submission else { return outcomes }
        let late = attempts.late(request.hash, at: request.entry.offset, of: request.assignment.key)
        return zip(submission.toSubmit, outcomes).map { part, outcome in
            var outcome = outcome
            // The end of this attempt is not in the ledger, and it is known by now that it was none.
            if case .unknown = outcome, let late, late.mark == request.entry.mark, late.part == part {
                outcome = .accepted(id: late.id, status: .sent)
                attempts.endLate(request.hash, of: request.assignment.key)
            }
            guard case .accepted(let id, let status) = outcome else { return outcome }
            return .accepted(id: id, status: self.status(of: part, id, request, status, receipts))
        }
    }

    /// - Parameters:
    ///   - known: what the attempt knows of it.
    ///   - receipts: that were found in the log; what is kept came behind them.
    private func status(
        of part: Int, _ id: String, _ request: PendingRequest, _ known: MessageStatus, _ receipts: [Receipt]
    ) -> MessageStatus {
        let place = PartPlace(request.entry, part, of: request.hash, in: request.assignment.key, door.desk)
        let kept = register(request.entry, request, part: part, id: id)
        let found = receipts.lazy.filter { self.door.desk.match($0) == place }.compactMap(\.status)
        return (found + kept).reduce(known, Self.folded)
    }

    /// An attempt that outlived the assignment that began it has a request again.
    func goesOn(_ attempt: Attempt, for request: PendingRequest, _ receipts: [Receipt]) {
        attempt.request = request
        guard let parts = attempt.underWay else { return }
        request.attempt = parts.tag
        attempt.underWay?.outcomes = accepted(parts.outcomes, of: request, receipts)
    }

    /// Statuses move forward, and the first final one stays.
    static func folded(_ known: MessageStatus, _ next: MessageStatus) -> MessageStatus { known.isFinal || next <= known ? known : next }

    @discardableResult
    func register(_ entry: LedgerEntry, _ request: PendingRequest, part: Int, id: String) -> [MessageStatus] {
        register(entry, part, id, request.hash, request.assignment.key)
    }

    func register(_ entry: LedgerEntry, _ part: Int, _ id: String, _ hash: RequestHash, _ key: PartitionKey) -> [MessageStatus] {
        guard let parts = gateway.parts, !id.isEmpty, let submission = entry.submission,
            submission.account == door.desk.settings?.account
        else { return [] }
        return door.desk.add(PartPlace(entry, part, of: hash, in: key, door.desk), id: parts.receiptID(id))
    }

    func forgetIDs(of entry: LedgerEntry, _ hash: RequestHash, in key: PartitionKey) {
        guard let parts = gateway.parts, let submission = entry.submission else { return }
        for (index, part) in submission.parts.enumerated() where !part.id.isEmpty {
            door.desk.remove(PartPlace(entry, index, of: hash, in: key, door.desk), id: parts.receiptID(part.id))
        }
    }
}

extension PartPlace {
    init(_ entry: LedgerEntry, _ part: Int, of request: RequestHash, in partition: PartitionKey, _ desk: borrowing ReceiptDesk) {
        self.init(
            partition: partition, request: request, part: part, from: desk.start(of: entry), address: entry.submission?.address ?? 0)
    }
}
