/// A request that goes out part by part. No event before all parts are taken; what ends it before that is FAILED, and says how many were.
extension LedgerEntry {
    /// The intent of an attempt over SMPP.
    ///
    /// - Parameter first: made for the first intent; a later one goes by what that settled.
    package mutating func begin(mark: UInt64, first: @autoclosure () -> Submission) {
        if submission == nil { submission = first() }
        begin(mark: mark)
    }

    /// It began over SMPP, and messages go out whole now. As long as no part is known to be taken, that is another attempt like any: what is
    /// unknown waits for one only where the policy or an operator allows it.
    ///
    /// - Returns: why it cannot; the parts that were taken would go out again. Nil: it may, and knows of no parts any more.
    package mutating func goWhole(for why: String = "messages go out whole now") -> String? {
        guard let submission else { return nil }
        if submission.takenCount > 0 { return "it began over SMPP, and \(why)" }
        self.submission = nil
        return nil
    }

    /// The end of an attempt: what became of its parts, in the order of `Submission.toSubmit`. The list may be shorter: then the attempt
    /// stopped there, by its last outcome, or because the lease or the time was up before the next part.
    ///
    /// - Returns: nil where there is nothing to tell yet.
    package mutating func settle(
        _ outcomes: [PartOutcome], default defaultPolicy: UnknownPolicy, maxAttempts: Int, notBefore: Int64, at now: Int64
    ) -> EntryEvent? {
        precondition(state == .sending && submission != nil, "only an attempt over SMPP has parts")
        let submitted = submission?.toSubmit ?? []
        for (index, outcome) in zip(submitted, outcomes) { submission?.settle(index, outcome) }
        switch outcomes.prefix(submitted.count).last {
        case .unknown(let reason)?:
            // A failed part has decided already: what another attempt adds is a broken message more.
            if let failure = failedPart(at: now, isUnknown: true) { return failure }
            return unknown(reason, default: defaultPolicy, maxAttempts: maxAttempts, notBefore: notBefore, at: now)
        case .refused(let code)?: return refuse(code: code, at: now)
        case .notSent?: notSent(notBefore: notBefore)
        case .account?: postpone()
        case .accepted? where submission?.isWhole == true: return finish(at: now)
        case .accepted?: postpone()
        case nil: withdraw()
        }
        return failedPart(at: now)
    }

    /// The process of the attempt is gone, and no fact tells what became of it.
    package mutating func forgetAttempt(
        _ what: String, default defaultPolicy: UnknownPolicy, maxAttempts: Int, notBefore: Int64, at now: Int64
    ) -> EntryEvent? {
        submission?.forget()
        if let failure = failedPart(at: now, isUnknown: true) { return failure }
        return unknown(what, default: defaultPolicy, maxAttempts: maxAttempts, notBefore: notBefore, at: now)
    }

    /// What a word on one part has changed.
    package enum PartNews: Equatable, Sendable {
        case none
        /// The entry is to be written, and the event, if any, with it.
        case changed(EntryEvent?)
    }

    /// A receipt's word on one part. There is nothing to tell of it while an attempt runs or an operator is waited for.
    package mutating func learn(part index: Int, _ status: MessageStatus, at now: Int64) -> PartNews {
        guard state != .closed, submission?.learn(index, status) == true else { return .none }
        switch state {
        case .waiting: return .changed(failedPart(at: now))
        case .tracking: return .changed(follow(at: now))
        case .sending, .held, .closed: return .changed(nil)
        }
    }

    /// An answer that came when the attempt was over as *unknown*, and no other has begun: the part is taken after all.
    ///
    package mutating func acceptLate(part index: Int, id: String, _ status: MessageStatus, at now: Int64) -> PartNews {
        guard state == .waiting || state == .held, submission?.unknown.contains(index) == true else { return .none }
        submission?.settle(index, .accepted(id: id, status: status))
        if submission?.isWhole == true { return .changed(finish(at: now)) }
        // What an operator had to decide is known.
        if submission?.unknown.isEmpty == true { state = .waiting }
        return .changed(failedPart(at: now))
    }

    /// The operator knows that the unknown parts went out; those that were never submitted are sent then.
    ///
    /// - Parameter ids: of unknown parts, by number from 0. With all of them the message is tracked; one without ends it as SENT.
    package mutating func resolveSent(ids: [Int: String], at now: Int64) -> EntryEvent? {
        precondition(state == .held && submission != nil, "only a held request is resolved")
        submission?.presume(ids)
        if submission?.isWhole == true { return finish(reason: Self.resolved, at: now) }
        resolveResend(at: now)
        return failedPart(at: now)
    }

    /// While nothing is under way, one part's final failure ends the request; unsent parts stay unsent.
    package mutating func failedPart(at now: Int64) -> EntryEvent? { failedPart(at: now, isUnknown: false) }

    private mutating func failedPart(at now: Int64, isUnknown: Bool) -> EntryEvent? {
        guard state == .waiting || isUnknown, submission?.hasFailed == true else { return nil }
        if isUnknown { hasUnknownOutcome = true }
        return fail(
            EntryEvent.Reason(code: "PROVIDER_FAILED", kind: .undelivered, message: nil),
            what: "the provider then reported that it could not deliver", at: now)
    }

    /// For the reason of an end: some parts are known to be taken, and not all are.
    var takenInPart: String? { submission.flatMap { $0.takenCount > 0 && !$0.isWhole ? $0.taken : nil } }

    private static let resolved = EntryEvent.Reason(code: "RESOLVED", kind: .resolved, message: nil)

    /// All parts are taken.
    private mutating func finish(reason: EntryEvent.Reason? = nil, at now: Int64) -> EntryEvent {
        failures = 0
        echo.messageIDs = submission?.messageIDs ?? []
        if submission?.isPresumed == true, submission?.hasFailed == false {
            close(at: now)
            return event(.sent, isFinal: true, reason: Self.resolved)
        }
        return track(.known(submission?.status ?? .sent), reason: reason, at: now)
    }

    /// - Returns: nil where the message's status is what it was.
    private mutating func follow(at now: Int64) -> EntryEvent? {
        guard let status = submission?.status, status > lastStatus ?? .queued else { return nil }
        return track(.known(status), reason: nil, at: now)
    }
}
