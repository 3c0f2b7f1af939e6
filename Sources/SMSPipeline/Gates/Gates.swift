package import Requests
package import Time

/// What may stop attempts and polls: the one place that knows them all. Sends, polls, reading, waking, readiness and the last look before
/// the first byte ask here, so that a new gate is added once.
package struct Gates: ~Copyable {
    /// Why no attempt may begin.
    package enum Gate: String, Equatable, CaseIterable, Sendable {
        case draining
        case account
        /// Nothing can be submitted: not bound, receipts cannot be written, or the end of their log was not reached yet.
        case door
        /// Outcomes are kept that could not be committed.
        case commits
        /// This process stood still a moment ago.
        case clock
        case retryAfter = "retry-after"
        /// Nearly everything fails, and the next probe has its time.
        case pace
        /// One message after another is refused by the same unfamiliar code.
        case refusals
    }

    /// What the other machines say of themselves.
    package struct Outside: Equatable {
        package let isDraining: Bool
        package let isCommitStuck: Bool
        package let isDoorShut: Bool

        package init(isDraining: Bool, isCommitStuck: Bool, isDoorShut: Bool = false) {
            self.isDraining = isDraining
            self.isCommitStuck = isCommitStuck
            self.isDoorShut = isDoorShut
        }
    }

    /// To a request, or to a poll, that would go now.
    package enum Answer: Equatable {
        case go(Pace.Permit)
        /// The rate has no room of this kind; nil: nobody knows when.
        case noRate(until: MonotonicInstant?)
        /// The provider is asked by others now.
        case noPermit
    }

    package private(set) var account = AccountGate()
    package private(set) var pace: Pace
    package private(set) var refusals = RefusalStreak()
    /// Stops single requests, before they wait.
    package var senders = SenderList(.allow, at: MonotonicInstant(nanoseconds: 0))
    package var templates = TemplateList(at: MonotonicInstant(nanoseconds: 0))
    private var retryAfter = RetryAfterGate()
    private var budget: RateBudget
    private var retries: RetryBudget
    private var clockGuard: ClockGuard
    /// What the last attempt or poll failed of that spoke against the provider: harmless words.
    package private(set) var lastFailure = ""
    /// Stops nothing: what is known of the account's credits.
    package var credits = CreditWatch()

    package init(_ send: SendSettings, _ track: TrackSettings, _ timings: KafkaTimings, requestTimeout: Duration) {
        pace = Pace(slots: send.maxInFlight, pollSlots: track.maxInFlight, requestTimeout: requestTimeout)
        budget = RateBudget(limit: send.rateLimit, priorityShare: send.priorityShare)
        retries = RetryBudget(share: send.retryBudget, most: send.maxInFlight)
        clockGuard = ClockGuard(heartbeatInterval: timings.heartbeat, sessionTimeout: timings.session)
    }

    // MARK: The verdicts

    /// The first gate that keeps every attempt from beginning; nil: none does. A narrowed pace lets a few through, and the others wait with
    /// their intents, for a moment.
    package func shut(_ outside: Outside, at now: MonotonicInstant) -> Gate? {
        if outside.isDraining { return .draining }
        if !account.maySend { return .account }
        if outside.isDoorShut { return .door }
        if outside.isCommitStuck { return .commits }
        if !clockGuard.mayLease(at: now) { return .clock }
        if !retryAfter.mayBegin(at: now) { return .retryAfter }
        if pace.sendsShutUntil(now) != nil { return .pace }
        if !refusals.mayBegin(at: now) { return .refusals }
        return nil
    }

    /// Whether polls may go, as far as the account, the ledger and the provider's own word are concerned.
    package func mayPoll(_ outside: Outside, at now: MonotonicInstant) -> Bool {
        account.mayPoll && !outside.isCommitStuck && !outside.isDraining && retryAfter.mayBegin(at: now)
    }

    /// The last look, before the first byte: a pause of the account, or of this process, may have come since.
    package func mayLeave(_ lease: Lease, at now: MonotonicInstant) -> Bool { account.maySend && clockGuard.isValid(lease, at: now) }

    package func isValid(_ lease: Lease, at now: MonotonicInstant) -> Bool { clockGuard.isValid(lease, at: now) }

    /// When a gate that is shut now may open by itself: leases after a pause, Retry-After, the pace, a probe's time.
    package func nextChange(at now: MonotonicInstant) -> MonotonicInstant? {
        var next: MonotonicInstant?
        for change in [
            clockGuard.leasesAgain(at: now), retryAfter.closedUntil(at: now), pace.nextChange(after: now), refusals.nextChange,
        ] {
            if let change, change > now { next = min(next ?? change, change) }
        }
        return next
    }

    /// Intents that could not leave soon would only grow old: while the pace is narrowed, and under a low rate.
    package func stockLimit(at now: MonotonicInstant) -> Int {
        // The next probe is another message.
        if refusals.narrowedBy != nil { return 1 }
        let narrowed = pace.isNarrowed(at: now) ? max(Self.leastStock, pace.width(.send, at: now)) : .max
        return budget.isUnlimited ? narrowed : min(narrowed, max(2, Int(2 * budget.rate)))
    }

    /// Enough that the pace widens without a transaction for each step.
    private static let leastStock = 8

    // MARK: Attempts and polls

    /// - Parameter sendsWait: a send could begin now: where only probes may, polls leave them to the sends.
    package mutating func ask(_ kind: RateBudget.Kind, sendsWait: Bool, isTurn: Bool = false, at now: MonotonicInstant) -> Answer {
        let paceKind: Pace.Kind = kind == .poll ? .poll : .send
        // Before the budget, so that a probe that is not let through takes nothing from it.
        guard pace.mayAdmit(paceKind, at: now, sendsWait: sendsWait) else { return .noPermit }
        guard budget.take(kind, isTurn: isTurn, at: now) else { return .noRate(until: budget.nextAvailable(kind, at: now)) }
        // Asked last: a permit that is not used would have to be given back.
        guard let permit = pace.admit(paceKind, at: now, sendsWait: sendsWait) else { return .noPermit }
        return .go(permit)
    }

    /// How many more sends the pace lets begin now.
    package func freeSends(at now: MonotonicInstant) -> Int { pace.freeSends(at: now) }

    /// To a further part of an attempt under way, that would go now: what keeps an attempt from beginning for the provider's sake keeps it too.
    package mutating func askNextPart(_ kind: RateBudget.Kind, at now: MonotonicInstant) -> Answer {
        guard retryAfter.mayBegin(at: now) else { return .noPermit }
        return ask(kind, sendsWait: true, at: now)
    }

    /// The account itself was asked about, beside sends and polls.
    package mutating func askedBeside(at now: MonotonicInstant) { budget.charge(at: now) }

    /// A kind that has nothing to ask leaves its part of the rate to the others at once.
    package mutating func notWaiting(_ kind: RateBudget.Kind) { budget.notWaiting(kind) }
    package var isRateUnlimited: Bool { budget.isUnlimited }
    package mutating func setShare(owned: Int, all: Int, at now: MonotonicInstant) { budget.setShare(owned: owned, all: all, at: now) }

    /// - Parameter failure: of the provider, in harmless words.
    package mutating func ended(
        _ permit: Pace.Permit, _ ending: Pace.Ending, failure: String? = nil, at now: MonotonicInstant, using chance: inout Chance
    ) -> Pace.Change? {
        if let failure { lastFailure = failure }
        return pace.ended(permit, ending, at: now, using: &chance)
    }

    /// The provider said `Retry-After`.
    package mutating func retryAfter(_ duration: Duration, at now: MonotonicInstant) { retryAfter.close(for: duration, at: now) }

    /// How an attempt's outcome speaks of the provider.
    package static func ending(of outcome: AttemptOutcome) -> (Pace.Ending, failure: String?) {
        switch outcome {
        case .accepted, .refused, .account: (.success, nil)
        case .notSent(let reason, _, let isAnswer): isAnswer ? (.success, nil) : (.failure, reason)
        case .notBegun: (.neutral, nil)
        case .unknown(let reason): (.failure, reason)
        case .parts: ending(of: outcome.gist)
        }
    }

    /// How a poll's outcome speaks of the provider.
    package static func ending(of outcome: PollOutcome) -> (Pace.Ending, failure: String?) {
        switch outcome {
        case .status, .unknownID, .account, .refused, .failed(_, retryAfter: .some): (.success, nil)
        case .failed(let reason, retryAfter: nil): (.failure, reason)
        }
    }

    // MARK: Retries

    package mutating func takeRetry(at now: MonotonicInstant) -> Bool { retries.takeRetry(at: now) }
    package mutating func giveBackRetry() { retries.giveBack() }
    package mutating func firstAttempt() { retries.firstAttempt() }
    package mutating func retryAnswered() { retries.retryAnswered() }
    package func nextRetry(at now: MonotonicInstant) -> MonotonicInstant { retries.nextAvailable(at: now) }

    // MARK: Refusals in a row

    package mutating func attemptBegan(_ tag: UInt64) { refusals.began(tag) }

    package mutating func attemptEnded(_ tag: UInt64, _ outcome: AttemptOutcome, _ message: Message?, at now: MonotonicInstant)
        -> RefusalStreak.Change?
    {
        refusals.ended(tag, outcome, message, at: now)
    }

    // MARK: Account and clock

    /// What a ledger says of before.
    package mutating func polls(stood standstills: [LedgerCodec.Standstill], at clock: Now) { account.polls(stood: standstills, at: clock) }

    package mutating func accountRefused(_ problem: AccountProblem, at now: MonotonicInstant, using chance: inout Chance)
        -> AccountGate.Action
    {
        account.refused(problem, at: now, using: &chance)
    }

    /// - Parameter parts: of the message that has waited longest.
    package mutating func balanceAnswered(
        _ answer: BalanceAnswer, parts: Int, at now: MonotonicInstant, using chance: inout Chance
    ) -> AccountGate.Action { account.probeAnswered(answer, parts: parts, at: now, using: &chance) }

    /// Over SMPP: receipts come by a bind alone.
    package mutating func bound(_ isBound: Bool, at now: MonotonicInstant) { account.bound(isBound, at: now) }

    package mutating func credentialsRenewed(at now: MonotonicInstant) { account.credentialsRenewed(at: now) }

    package mutating func tick(_ now: MonotonicInstant) -> AccountGate.Action { account.tick(now) }
    package mutating func acceptedSend() { account.acceptedSend() }

    /// - Returns: how long this process stood still, where that has voided all leases.
    package mutating func turn(at now: MonotonicInstant) -> Duration? { clockGuard.turn(at: now) }
}
