package import Time

/// The one owner of the pace: how many sends and polls are under way at a time, by what the provider's answers say.
///
/// Two things narrow it, each by many answers:
/// - the share of failures, of either kind of request on its own (`FailureShare`): no connection, no answer in time, a 5xx. A refusal and a
///   429 are answers. Down to single probes, which wait for a tenth of the time that nothing was answered in, less up to half: a tenth
///   of a second … a minute;
/// - slow answers to sends (`AnswerTimes`), before they come too late. Polls narrow by the same part.
package struct Pace: Equatable, Sendable {
    package enum Kind: Equatable, Sendable { case send, poll }

    package enum Ending: Equatable, Sendable {
        /// The provider answered, whatever it said.
        case success
        /// No connection, no answer in time, or an answer that only a broken provider gives.
        case failure
        /// It did not happen (lease, revocation, account pause): nothing is learned.
        case neutral
    }

    /// The right to one request. Every permit is given to `ended` exactly once.
    package struct Permit: Equatable, Sendable {
        package let kind: Kind
        let round: UInt32
        package let startedAt: MonotonicInstant
        /// About as many ran as might.
        let isUsed: Bool
    }

    package enum State: Equatable, Sendable {
        /// As many as there are slots.
        case closed
        /// So many sends at a time.
        case halfOpen(width: Int)
        /// Single probes.
        case open
    }

    package enum Change: Equatable, Sendable {
        /// Probes only, the next after so long.
        case opened(for: Duration)
        /// After it was open.
        case closed
    }

    private let slots: Int
    private let pollSlots: Int
    private var sends: PaceSide
    private var polls: PaceSide
    private var times: AnswerTimes

    /// - Parameters:
    ///   - slots: `SEND_MAX_IN_FLIGHT`, 1 …
    ///   - pollSlots: `TRACK_MAX_IN_FLIGHT`, 1 …
    ///   - requestTimeout: of a POST.
    ///   - shortest: the most that is waited for a probe at first.
    ///   - longest: the most that is waited, however long nothing has been answered.
    package init(
        slots: Int, pollSlots: Int, requestTimeout: Duration, shortest: Duration = .milliseconds(100), longest: Duration = .seconds(60)
    ) {
        self.slots = max(1, slots)
        self.pollSlots = max(1, pollSlots)
        let shortest = max(.zero, shortest)
        sends = PaceSide(shortest: shortest, longest: max(shortest, longest), patience: requestTimeout / 4)
        polls = sends
        times = AnswerTimes(slots: self.slots, requestTimeout: requestTimeout)
    }

    // MARK: What it says

    /// For operators. What has not been asked for long is not said to fail: nobody knows. Nor is a width said to be small that none waits
    /// for: only answers widen it, and where few are sent it stays as it is.
    package func state(at now: MonotonicInstant) -> State {
        let (doSend, doPoll) = (sends.isInUse(at: now), polls.isInUse(at: now))
        if doSend, sends.probeAt != nil { return .open }
        let width = width(.send, at: now)
        let isNarrow = width < slots && (sends.share.breadth < 1 || sends.isHeldBack(width: width, at: now))
        return doSend && isNarrow || doPoll && polls.probeAt != nil ? .halfOpen(width: width) : .closed
    }

    /// Whether fewer sends may run than there are slots.
    package func isNarrowed(at now: MonotonicInstant) -> Bool { sends.probeAt != nil || width(.send, at: now) < slots }

    /// The most of a kind that may run at a time.
    package func width(_ kind: Kind, at now: MonotonicInstant) -> Int {
        switch kind {
        case .send: sends.probeAt != nil ? 1 : max(1, Int(times.width(at: now) * sends.share.breadth + 0.5))
        case .poll: polls.probeAt != nil ? 1 : max(1, Int(Double(pollSlots) * times.breadth(at: now) * polls.share.breadth + 0.5))
        }
    }

    /// The share of failures among the last answers to a kind, 0 … 1.
    package func failureShare(_ kind: Kind) -> Double { kind == .send ? sends.share.value : polls.share.value }

    /// How many more sends may begin now. Requests that must not be sent again get their intents by it.
    package func freeSends(at now: MonotonicInstant) -> Int {
        let width = width(.send, at: now)
        return sends.mayBegin(width: width, at: now) ? max(1, width - sends.running) : 0
    }

    /// Until when no send begins; nil: sends may begin, or wait for answers to others.
    package func sendsShutUntil(_ now: MonotonicInstant) -> MonotonicInstant? { sends.probeAt.flatMap { $0 > now ? $0 : nil } }

    /// When a request of a kind that may not begin now may at the latest, whatever is answered; nil: none waits for a time.
    package func nextChange(after now: MonotonicInstant) -> MonotonicInstant? {
        let send = sends.nextChange(width: width(.send, at: now)).flatMap { $0 > now ? $0 : nil }
        let poll = polls.nextChange(width: width(.poll, at: now)).flatMap { $0 > now ? $0 : nil }
        guard let send, let poll else { return send ?? poll }
        return min(send, poll)
    }

    /// Whether `admit` would give a permit.
    ///
    /// - Parameter sendsWait: a send could begin now. Where only probes may, polls leave it to the sends.
    package func mayAdmit(_ kind: Kind, at now: MonotonicInstant, sendsWait: Bool) -> Bool {
        switch kind {
        case .send: sends.mayBegin(width: width(.send, at: now), at: now)
        case .poll: polls.mayBegin(width: width(.poll, at: now), at: now) && !(sendsWait && isProbing)
        }
    }

    /// Whether probes are all that may go, of either kind.
    private var isProbing: Bool { sends.probeAt != nil && polls.probeAt != nil }

    // MARK: Permits

    /// Asks for one request. Ask last, after slots and budget: a permit that is not used must be ended as `neutral`.
    package mutating func admit(_ kind: Kind, at now: MonotonicInstant, sendsWait: Bool) -> Permit? {
        guard mayAdmit(kind, at: now, sendsWait: sendsWait) else { return nil }
        switch kind {
        case .send:
            let width = width(.send, at: now)
            sends.began(width: width, at: now)
            if let next = sends.probeAt { polls.mayNotProbe(before: next) }
            return Permit(kind: .send, round: sends.round, startedAt: now, isUsed: 2 * sends.running >= width)
        case .poll:
            polls.began(width: width(.poll, at: now), at: now)
            if let next = polls.probeAt { sends.mayNotProbe(before: next) }
            return Permit(kind: .poll, round: polls.round, startedAt: now, isUsed: false)
        }
    }

    /// - Returns: what to log: only probes may go, or everything again after that.
    package mutating func ended(
        _ permit: Permit, _ ending: Ending, at now: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> Change? {
        let isSend = permit.kind == .send
        var (side, other) = isSend ? (sends, polls) : (polls, sends)
        guard permit.round == side.round else { return nil }
        defer { (sends, polls) = isSend ? (side, other) : (other, side) }
        side.ended(width: width(permit.kind, at: now), at: now)
        switch ending {
        case .neutral:
            // A probe that was none.
            side.mayProbe(at: now)
            return nil
        case .success:
            if isSend { times.answered(after: now - permit.startedAt, isUsed: permit.isUsed, at: now) }
            // A sign of life: the other kind need not wait for its time.
            if side.probeAt != nil { other.mayProbe(at: now) }
            return side.succeeded(since: permit.startedAt) ? .closed : nil
        case .failure:
            let isLate = times.isLate(now - permit.startedAt)
            guard let opening = side.failed(since: permit.startedAt, isLate: isLate, at: now, using: &generator) else { return nil }
            if let next = side.probeAt { other.mayNotProbe(before: next) }
            if isSend, opening.isFirst, isLate { times.collapsed(at: now) }
            return .opened(for: opening.wait)
        }
    }

    // MARK: Invariants

    /// - Parameters:
    ///   - attempts: POSTs under way, those too whose permits have ended.
    ///   - asked: polls under way.
    func invariants(attempts: Int, asked: Int, _ wrong: inout [String]) {
        if sends.running > attempts { wrong.append("\(sends.running) permits for sends are out, \(attempts) POSTs are under way") }
        if polls.running > asked { wrong.append("\(polls.running) permits for polls are out, \(asked) polls are under way") }
        for side in [sends, polls] { side.invariants(&wrong) }
        times.invariants(&wrong)
    }
}
