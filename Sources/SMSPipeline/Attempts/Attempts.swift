package import Requests
package import Time

/// The POSTs under way, and what is known of the provider that the ledger does not say yet. Survives whatever is rebuilt on Kafka's side.
package struct Attempts: ~Copyable {
    private var slots = SlotTable<Attempt>()
    private var facts = FactStore<Attempt>()
    private var lateFacts = LateFacts(lifetime: FactStore<Attempt>.lifetime, limit: FactStore<Attempt>.limit)
    private var balance = BalanceLook()
    private var stock = IntentStock()
    private var markCounter: UInt32 = 0
    private let markStem: UInt64
    /// `SEND_MAX_IN_FLIGHT`.
    let most: Int

    package init(most: Int, using chance: inout Chance) {
        self.most = most
        markStem = UInt64.random(in: 1...UInt64(UInt32.max), using: &chance) << 32
    }

    // MARK: Slots and stock

    package var count: Int { slots.count }
    package var free: Int { max(0, most - slots.count - late) }
    /// Parts that were given up, and whose places in the provider's window are taken until it has had its time.
    package var late = 0

    /// How many more intents may go into the transaction that is being filled.
    package func room(stocked: Int, policy: UnknownPolicy) -> Int { stock.room(freeSlots: free, stocked: stocked, policy: policy) }

    /// Only intents that may not run ahead starve slots; the others are there before a slot is free.
    package func starves(stocked: Int, startable: Int) -> Bool { stock.starves(freeSlots: free, stocked: stocked, startable: startable) }
    package mutating func transactionBegan() { stock.transactionBegan() }

    /// Unique to one intent of one process: 32 random bits of the process, 32 counted ones.
    package mutating func nextMark() -> UInt64 {
        markCounter &+= 1
        return markStem | UInt64(markCounter)
    }

    // MARK: One attempt

    /// - Returns: the tag that the provider's answer carries.
    package mutating func begin(_ request: PendingRequest, permit: Pace.Permit, traced: TracedAttempt? = nil) -> UInt64 {
        slots.insert(Attempt(mark: request.entry.mark, request: request, permit: permit, traced: traced))
    }

    package subscript(tag: UInt64) -> Attempt? { slots[tag] }

    /// Its slot is free again. Where its assignment has ended nobody writes anything now: the outcome is a fact that a restore in this
    /// process asks for.
    ///
    /// - Returns: the request whose entry the outcome changes; nil where there is none.
    package mutating func end(_ tag: UInt64, _ outcome: AttemptOutcome, at now: MonotonicInstant) -> PendingRequest? {
        guard let attempt = slots.remove(tag) else { return nil }
        if outcome != .notBegun { stock.postEnded() }
        guard let request = attempt.request, request.assignment.isAlive else {
            facts.record(.ended(outcome), mark: attempt.mark, at: now)
            return nil
        }
        return request
    }

    package func running(of assignment: Assignment) -> Int {
        slots.count == 0 ? 0 : slots.count(where: { $0.request?.assignment === assignment })
    }

    func visit(_ body: (Attempt) -> Void) { slots.visit(body) }

    // MARK: Facts

    package var factCount: Int { facts.count + lateFacts.count }
    func knows(mark: UInt64) -> Bool { facts.contains(mark: mark) }

    /// The ids that the provider gave parts of this intent, as far as the ledger does not say them.
    package func messageIDs(mark: UInt64) -> [String] {
        let outcomes: [PartOutcome]
        switch facts.look(mark: mark) {
        case .ended(.parts(let parts)): outcomes = parts
        case .running(let attempt): outcomes = attempt.underWay?.outcomes ?? []
        case .ended, .neverBegun, nil: return []
        }
        return outcomes.compactMap { if case .accepted(let id, _) = $0, !id.isEmpty { id } else { nil } }
    }

    /// What became of the intent with this mark, once.
    package mutating func takeFact(mark: UInt64) -> FactStore<Attempt>.Fact? { facts.take(mark: mark) }

    /// An assignment has ended. What runs for it goes on without a request, and what had only an intent never begins.
    package mutating func end(_ assignment: Assignment, stocked: [PendingRequest], at now: MonotonicInstant) {
        for request in stocked { facts.record(.neverBegun, mark: request.entry.mark, at: now) }
        slots.visit { attempt in
            guard attempt.request?.assignment === assignment else { return }
            attempt.request = nil
            facts.record(.running(attempt), mark: attempt.mark, at: now)
        }
    }

    /// An operation will not be committed: what it knew of the provider stays.
    package mutating func keep(_ completion: CommitQueue.Completion, at now: MonotonicInstant) {
        switch completion {
        case .none: break
        case .intent(_, let mark):
            // No POST begins for an intent before its commit has returned, and its mark is its own: whatever became of the transaction,
            // this attempt has not begun and never will.
            if !facts.contains(mark: mark) { facts.record(.neverBegun, mark: mark, at: now) }
        case .outcome(let outcome, let mark):
            facts.record(outcome == .notBegun ? .neverBegun : .ended(outcome), mark: mark, at: now)
        case .late(let acceptance): keep(acceptance, at: now)
        }
    }

    package mutating func expireFacts(_ now: MonotonicInstant) {
        facts.expire(now)
        lateFacts.expire(now)
    }

    /// There is no request here that it could be told.
    package mutating func keep(_ acceptance: LateAcceptance, at now: MonotonicInstant) { lateFacts.record(acceptance, at: now) }

    /// What came late of a part of this request, and is not in its ledger.
    ///
    /// - Parameter offset: of its record.
    package func late(_ request: RequestHash, at offset: Int64, of partition: PartitionKey) -> LateAcceptance? {
        lateFacts.look(request, at: offset, of: partition)
    }

    /// It is told, or says nothing any more.
    package mutating func endLate(_ request: RequestHash, of partition: PartitionKey) { lateFacts.remove(request, of: partition) }

    // MARK: Refusals by an unfamiliar code

    /// The vendor documents no code for an empty account: an unfamiliar one may be it, and then no message may fail.
    package mutating func lookAtBalance(for refused: RefusedAttempt, at now: MonotonicInstant) -> BalanceLook.Step {
        balance.ask(for: refused, at: now)
    }

    /// - Returns: whether to ask; else a question is under way.
    package mutating func lookAtBalance() -> Bool { balance.ask() }

    /// - Returns: the refusals that it decides, and whether to ask again for others.
    package mutating func balanceAnswered(_ answer: BalanceAnswer, at now: MonotonicInstant) -> (
        served: [RefusedAttempt], asksAgain: Bool
    ) { balance.answered(answer, at: now) }

    /// What the balance says of a refusal by an unfamiliar code.
    package static func outcome(of refused: RefusedAttempt, _ answer: BalanceAnswer) -> AttemptOutcome {
        switch answer {
        case .credits: answer.covers(parts: refused.parts) ? .refused(code: refused.code) : .account(.credit, code: refused.code)
        case .badCredentials: .account(.credentials, code: refused.code)
        case .failed: .notSent(reason: "refused by \(refused.code), and the balance could not be asked", retryAfter: nil, isAnswer: true)
        }
    }

    /// As the end of a process does.
    package mutating func release() { slots = SlotTable() }
}
