internal import Time

/// What the ledger knows of one request. Every change is a decision here first and a ledger record next.
///
/// A pure value: event in, at most one status event out. Time is a parameter (milliseconds since 1970).
package struct LedgerEntry: Equatable, Sendable {
    package enum State: UInt8, Equatable, Sendable {
        /// Admitted, no attempt under way. Becomes `sending` or `closed`.
        case waiting = 1
        /// The intent of this attempt is committed, or about to be; a POST may be under way.
        /// Becomes `tracking`, `waiting`, `held` or `closed`.
        case sending = 2
        /// Accepted by the provider. Becomes `closed`.
        case tracking = 3
        /// Nobody knows whether the SMS went out, and the policy is `hold`: an operator decides.
        /// Becomes `waiting`, `tracking` or `closed`.
        case held = 4
        /// The final event is published.
        case closed = 5
    }

    package internal(set) var state = State.waiting
    /// What comes back on every event.
    package var echo: Echo
    /// What the provider is to send; dropped as soon as it has accepted.
    package internal(set) var message: Message?
    /// Its parts, once the first intent to send it over SMPP was made. Of a closed one no record has them: they are for whoever must forget
    /// their ids.
    package internal(set) var submission: Submission?

    /// Offset and timestamp (ms) of the request's record.
    package let offset: Int64
    package let timestamp: Int64
    package let isPriority: Bool
    /// An earlier version made its id out of topic, partition and offset alone. The entry keeps it to its end; while it is remembered, the
    /// id that its record would get now is a repeat (`alias`).
    package let hasTimelessID: Bool
    /// The request's own policy; nil: the worker's.
    package let policy: UnknownPolicy?
    /// Milliseconds since 1970.
    package let admittedAt: Int64
    package let sendAt: Int64?
    package let expiresAt: Int64?

    /// Attempts begun so far; an intent that was withdrawn before its POST is taken off again.
    package internal(set) var attempt: UInt16 = 0
    /// Attempts whose outcome is unknown: each may be an SMS.
    package internal(set) var unknownAttempts: UInt16 = 0
    /// Attempts in a row that were provably not sent: what the backoff counts.
    package internal(set) var failures: UInt16 = 0
    /// Unique to one intent of one process: a fact about an attempt is matched by it.
    package internal(set) var mark: UInt64 = 0
    /// No attempt before this time (ms): backoff, Retry-After. 0: none.
    package var notBefore: Int64 = 0
    /// Time spent in account pauses (ms), which does not count towards the age.
    package var pausedMilliseconds: Int64 = 0
    package internal(set) var acceptedAt: Int64 = 0
    package internal(set) var closedAt: Int64 = 0
    package internal(set) var lastStatus: MessageStatus?
    package internal(set) var sequence: UInt16 = 0
    /// Once set, it stays: every later failure must admit that an SMS may have gone out.
    package internal(set) var hasUnknownOutcome = false

    package init(
        echo: Echo, message: Message, offset: Int64, timestamp: Int64, isPriority: Bool, policy: UnknownPolicy?,
        admittedAt: Int64, sendAt: Int64?, expiresAt: Int64?
    ) {
        self.echo = echo
        self.message = message
        self.offset = offset
        self.timestamp = timestamp
        self.isPriority = isPriority
        hasTimelessID = false
        self.policy = policy
        self.admittedAt = admittedAt
        self.sendAt = sendAt
        self.expiresAt = expiresAt
    }

    /// SMS parts that it costs at least: a template of unknown text counts as one.
    package var leastParts: Int { max(1, Int(echo.parts)) }

    /// Of its texts, roughly: what it takes in memory beside the fixed parts.
    package var byteCount: Int {
        echo.id.count + (echo.key?.count ?? 0) + (echo.metadata?.count ?? 0) + (echo.traceparent?.count ?? 0)
            + (echo.tracestate?.count ?? 0) + (message?.text.count ?? 0)
    }

    /// From stored parts; `LedgerCodec` alone calls it.
    package init(
        state: State, echo: Echo, message: Message?, offset: Int64, timestamp: Int64, isPriority: Bool, hasTimelessID: Bool,
        hasUnknownOutcome: Bool, policy: UnknownPolicy?, admittedAt: Int64, sendAt: Int64?, expiresAt: Int64?, attempt: UInt16,
        unknownAttempts: UInt16, failures: UInt16, mark: UInt64, notBefore: Int64, pausedMilliseconds: Int64, acceptedAt: Int64,
        closedAt: Int64, lastStatus: MessageStatus?, sequence: UInt16, submission: Submission? = nil
    ) {
        self.state = state
        self.submission = submission
        self.echo = echo
        self.message = message
        self.offset = offset
        self.timestamp = timestamp
        self.isPriority = isPriority
        self.hasTimelessID = hasTimelessID
        self.hasUnknownOutcome = hasUnknownOutcome
        self.policy = policy
        self.admittedAt = admittedAt
        self.sendAt = sendAt
        self.expiresAt = expiresAt
        self.attempt = attempt
        self.unknownAttempts = unknownAttempts
        self.failures = failures
        self.mark = mark
        self.notBefore = notBefore
        self.pausedMilliseconds = pausedMilliseconds
        self.acceptedAt = acceptedAt
        self.closedAt = closedAt
        self.lastStatus = lastStatus
        self.sequence = sequence
    }

    /// What else its id is known by.
    package var alias: RequestHash? { hasTimelessID ? RequestHash(timelessID: echo.id, timestamp: timestamp) : nil }

    // MARK: Attempts

    /// The intent: an attempt is about to begin.
    package mutating func begin(mark: UInt64) {
        precondition(state == .waiting, "an attempt begins only from waiting")
        state = .sending
        attempt = Self.next(attempt)
        self.mark = mark
    }

    /// The intent did not become a POST (revocation, pause, lease): as if it had never been.
    package mutating func withdraw() {
        precondition(state == .sending, "only an intent can be withdrawn")
        state = .waiting
        attempt -= attempt == 0 ? 0 : 1
    }

    /// The provider took the message.
    package mutating func accept(_ acceptance: Acceptance, at now: Int64) -> EntryEvent {
        precondition(state == .sending, "only an attempt is accepted")
        echo.messageIDs = acceptance.messageIDs
        echo.cost = acceptance.cost
        failures = 0
        return track(acceptance.status, reason: nil, at: now)
    }

    /// The provider refused the message for good.
    package mutating func refuse(code: String, at now: Int64) -> EntryEvent {
        precondition(state == .sending, "only an attempt is refused")
        return fail(
            EntryEvent.Reason(code: code, kind: .refused, message: nil), what: "the provider then refused the message: \(code)", at: now)
    }

    /// The attempt provably did not become an SMS.
    package mutating func notSent(notBefore: Int64) {
        precondition(state == .sending, "only an attempt ends unsent")
        state = .waiting
        failures = Self.next(failures)
        self.notBefore = notBefore
    }

    /// A refusal for the account's sake: no failure of the message, no backoff.
    package mutating func postpone() {
        precondition(state == .sending, "only an attempt is postponed")
        state = .waiting
    }

    /// Nobody knows. `what` is a harmless sentence on why.
    package mutating func unknown(
        _ what: String, default defaultPolicy: UnknownPolicy, maxAttempts: Int, notBefore: Int64, at now: Int64
    ) -> EntryEvent? {
        precondition(state == .sending, "only an attempt has an unknown outcome")
        hasUnknownOutcome = true
        unknownAttempts = Self.next(unknownAttempts)
        switch policy ?? defaultPolicy {
        case .hold:
            state = .held
            return nil
        case .resend where Int(unknownAttempts) < maxAttempts:
            state = .waiting
            self.notBefore = notBefore
            return nil
        case .resend, .fail:
            return fail(EntryEvent.Reason(code: "OUTCOME_UNKNOWN", kind: .unknown, message: what), what: what, at: now)
        }
    }

    /// Too late, by `expiresAt` or by age.
    package mutating func expire(_ what: String, at now: Int64) -> EntryEvent {
        if state == .sending { withdraw() }
        precondition(state == .waiting, "only what waits expires")
        return fail(EntryEvent.Reason(code: "EXPIRED", kind: .expired, message: what), what: what, at: now)
    }

    /// Longer than the operator pays for: it fails before it costs.
    ///
    /// - Parameter maxParts: 0: no limit.
    /// - Returns: nil where it may be sent; a template's text is not known here.
    package mutating func refuseLength(maxParts: Int, at now: Int64) -> EntryEvent? {
        guard maxParts > 0, Int(echo.parts) > maxParts else { return nil }
        if state == .sending { withdraw() }
        precondition(state == .waiting, "only what waits is refused for its length")
        let what = "the text takes \(echo.parts) parts, and \(maxParts) are allowed"
        return fail(EntryEvent.Reason(code: "TOO_MANY_PARTS", kind: .refused, message: what), what: what, at: now)
    }

    /// The operator lets requests name some senders alone.
    ///
    /// - Returns: nil where it may be sent.
    package mutating func refuseSender(allowed: AllowedSenders, at now: Int64) -> EntryEvent? {
        allowed.allows(message?.sender) ? nil : refuseSender("the sender is none of SEND_ALLOWED_SENDERS", at: now)
    }

    /// The provider would send it from another name, and the operator will not have that.
    package mutating func refuseUnusableSender(at now: Int64) -> EntryEvent {
        refuseSender("the provider has not both checked and registered the sender", at: now)
    }

    private mutating func refuseSender(_ what: String, at now: Int64) -> EntryEvent {
        precondition(state == .waiting, "only what waits is refused for its sender")
        return fail(EntryEvent.Reason(code: AllowedSenders.code, kind: .refused, message: what), what: what, at: now)
    }

    /// It can never go out in parts: a template's text is known to the HTTP API alone, or the text is longer than a header can count.
    package mutating func refusePlan(_ what: String, at now: Int64) -> EntryEvent {
        precondition(state == .waiting, "only what waits is refused for its form")
        return fail(EntryEvent.Reason(code: "NOT_SENDABLE", kind: .refused, message: what), what: what, at: now)
    }

    // MARK: Commands

    /// - Returns: nil where the request is not waiting, or may be an SMS already: the command is then refused.
    package mutating func cancel(at now: Int64) -> EntryEvent? {
        guard state == .waiting, !hasUnknownOutcome, submission.map({ $0.takenCount == 0 }) ?? true else { return nil }
        return fail(EntryEvent.Reason(code: "CANCELLED", kind: .cancelled, message: nil), what: "", at: now)
    }

    /// The operator knows that the SMS went out. With a provider id it is tracked from here on.
    package mutating func resolveSent(messageIDs: [String], at now: Int64) -> EntryEvent {
        precondition(state == .held, "only a held request is resolved")
        let reason = EntryEvent.Reason(code: "RESOLVED", kind: .resolved, message: nil)
        if !messageIDs.isEmpty {
            echo.messageIDs = Acceptance(messageIDs: messageIDs, status: .known(.sent), cost: nil).messageIDs
            return track(.known(.sent), reason: reason, at: now)
        }
        close(at: now)
        return event(.sent, isFinal: true, reason: reason)
    }

    /// The operator's word begins its age anew.
    package mutating func resolveResend(at now: Int64) {
        precondition(state == .held, "only a held request is resolved")
        pausedMilliseconds = max(pausedMilliseconds, now.clampedDifference(max(admittedAt, sendAt ?? 0)))
        state = .waiting
        notBefore = 0
    }

    package mutating func resolveFailed(at now: Int64) -> EntryEvent {
        precondition(state == .held, "only a held request is resolved")
        close(at: now)
        return event(.failed, isFinal: true, reason: EntryEvent.Reason(code: "RESOLVED", kind: .resolved, message: takenInPart))
    }

    // MARK: Tracking

    /// A poll's or a push's answer. Nil where nothing changed: statuses only move forward.
    package mutating func learn(_ status: ReceivedStatus, at now: Int64) -> EntryEvent? {
        precondition(state == .tracking, "only an accepted message has a status")
        switch status {
        // The last number is the final event's: a status that changes at every poll uses up the others.
        case .known(.queued), .known(.sent), .other: guard sequence < .max - 1 else { return nil }
        case .known(.delivered), .known(.failed): break
        }
        switch status {
        case .known(let known):
            let last = lastStatus ?? .queued
            if known == last, echo.providerStatus.isEmpty { return nil }
            guard known >= last else { return nil }
            return track(status, reason: nil, at: now)
        case .other(let raw):
            guard echo.providerStatus != Self.bounded(raw) else { return nil }
            return track(status, reason: nil, at: now)
        }
    }

    /// Beyond the horizon: the last status is repeated, and it is the last word.
    package mutating func giveUpTracking(code: String, _ what: String, at now: Int64) -> EntryEvent {
        precondition(state == .tracking, "only an accepted message is tracked")
        close(at: now)
        return event(lastStatus ?? .queued, isFinal: true, reason: EntryEvent.Reason(code: code, kind: .untracked, message: what))
    }

    // MARK: Ages

    /// The longest that is believed, a day more than any setting allows, and how far another clock may be ahead of ours.
    package static let longestAge = Duration.seconds(31 * 86_400)
    package static let clockDifference = Duration.seconds(60)

    /// For a metric: what has passed since a time that somebody else may have written. Nil where no request can be so old: a sum that has
    /// taken two thousand years once is worth nothing ever after.
    package static func plausibleAge(milliseconds: Int64) -> Duration? {
        let age = Duration.milliseconds(milliseconds)
        return age >= .zero - clockDifference && age <= longestAge ? max(.zero, age) : nil
    }

    /// For a metric: from the time of its record, or from a later `sendAt` that has come. Nil where these are no times of such a request: a
    /// client that leaves them at zero must not look like a latency of two thousand years.
    package func age(at now: Int64) -> Duration? {
        let start = max(timestamp, sendAt.flatMap { $0 <= now ? $0 : nil } ?? .min)
        return Self.plausibleAge(milliseconds: now.clampedDifference(start))
    }

    /// Milliseconds since 1970 at which `SEND_MAX_AGE` is reached.
    ///
    /// - Parameter paused: what is not in `pausedMilliseconds` yet.
    // Asked of every request that is about to leave; a call would copy the entry.
    @inline(__always)
    package func ageLimit(_ maxAge: Duration, paused: Duration) -> Int64 {
        max(admittedAt, sendAt ?? 0).clampedSum(maxAge.milliseconds).clampedSum(paused.milliseconds.clampedSum(pausedMilliseconds))
    }

    /// When the age of the message began to count: the later of acceptance and `sendAt`.
    package var trackingBase: Int64 { max(acceptedAt, sendAt ?? 0) }

    // MARK: The parts

    mutating func track(_ status: ReceivedStatus, reason: EntryEvent.Reason?, at now: Int64) -> EntryEvent {
        if state != .tracking {
            acceptedAt = now
            message = nil
        }
        state = .tracking
        let known: MessageStatus
        switch status {
        case .known(let status):
            known = status
            echo.providerStatus = []
        case .other(let raw):
            known = lastStatus ?? .queued
            echo.providerStatus = Self.bounded(raw)
        }
        switch known {
        case .queued, .sent:
            return event(known, isFinal: false, reason: reason)
        case .delivered:
            close(at: now)
            return event(.delivered, isFinal: true, reason: reason)
        case .failed:
            return fail(
                EntryEvent.Reason(code: "PROVIDER_FAILED", kind: .undelivered, message: nil),
                what: "the provider then reported that it could not deliver",
                at: now)
        }
    }

    private static func bounded(_ providerStatus: String) -> [UInt8] {
        WholeCharacters.prefix(of: providerStatus, limit: Echo.providerStatusLimit)
    }

    mutating func fail(_ reason: EntryEvent.Reason, what: String, at now: Int64) -> EntryEvent {
        var honest = reason
        if hasUnknownOutcome {
            // What may be an SMS must never look like a plain failure.
            honest = EntryEvent.Reason(code: "OUTCOME_UNKNOWN", kind: .unknown, message: takenInPart.map { "\(what); \($0)" } ?? what)
        } else if let takenInPart {
            // Nor must what a phone may show in part, and what was paid for.
            honest = EntryEvent.Reason(code: reason.code, kind: .undelivered, message: takenInPart)
        }
        close(at: now)
        return event(.failed, isFinal: true, reason: honest)
    }

    mutating func close(at now: Int64) {
        state = .closed
        closedAt = now
        message = nil
    }

    /// Counters stop at their end: one that began anew would say that nothing has happened yet.
    static func next(_ counter: UInt16) -> UInt16 { counter == .max ? .max : counter + 1 }

    mutating func event(_ status: MessageStatus, isFinal: Bool, reason: EntryEvent.Reason?) -> EntryEvent {
        lastStatus = status
        sequence = Self.next(sequence)
        return EntryEvent(
            status: status, isFinal: isFinal, sequence: sequence, attempt: attempt == 0 ? nil : Int(attempt), reason: reason,
            isPossibleDuplicate: hasUnknownOutcome)
    }
}
