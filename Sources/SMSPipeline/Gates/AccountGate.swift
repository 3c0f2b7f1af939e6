package import Requests
package import Time

/// The account pause: no attempt while the credentials or the credit are refused, a look at the balance now and then, and on again
/// alone. No message fails for the account's sake.
///
/// Without credit polls go on; with bad credentials they stop too, and the tracking horizon stands still (`pollsStood`).
/// The looks back off from 5 s to 5 min (each at half to the whole of it). They fall back to the start only after an accepted send:
/// a balance that says "credits" to an account that refuses every message must not open and close the gate every few seconds.
///
/// | looks since the last accepted send | the next comes after |
/// | ---: | --- |
/// | 0 | 2.5 … 5 s |
/// | 1 | 5 … 10 s |
/// | 3 | 20 … 40 s |
/// | 6 and more | 150 … 300 s |
package struct AccountGate: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        /// Becomes `paused` by a refusal.
        case open
        /// Waits for its next look. Becomes `probing` at `nextProbeAt`.
        case paused(AccountProblem, nextProbeAt: MonotonicInstant)
        /// A look is under way. Becomes `open` or `paused` by its answer.
        case probing(AccountProblem)
    }

    package enum Action: Equatable, Sendable {
        case none
        /// Ask the balance once, and give the answer to `probeAnswered`.
        case startProbe
        /// The pause began, or its cause is another one now.
        case logPaused(AccountProblem)
        case logResumed(after: Duration)
    }

    package private(set) var state = State.open
    private let backoff: Backoff
    /// Looks waited for since the last accepted send.
    private var looks = 0
    private var pauses = PauseHistory()
    private var pollPauses = PauseHistory()
    /// Nothing is heard of messages: there is no bind that receipts would come by.
    private var isDeaf = false

    package init(backoff: Backoff = Backoff(base: .seconds(5), maximum: .seconds(300))) { self.backoff = backoff }

    /// What the account is paused for; nil while open.
    package var problem: AccountProblem? {
        switch state {
        case .open: nil
        case .paused(let problem, _), .probing(let problem): problem
        }
    }

    package var maySend: Bool { state == .open }

    package var mayPoll: Bool { problem != .credentials }

    /// When `tick` has something to do; nil while open and during a look.
    package var nextChange: MonotonicInstant? {
        if case .paused(_, let nextProbeAt) = state { nextProbeAt } else { nil }
    }

    /// Time paused between `start` and `now`: `SEND_MAX_AGE` leaves it out.
    package func paused(since start: MonotonicInstant, until now: MonotonicInstant) -> Duration {
        pauses.duration(since: start, until: now)
    }

    /// Time between `start` and `now` in which polls stood too: `TRACK_HORIZON` leaves it out.
    package func pollsStood(since start: MonotonicInstant, until now: MonotonicInstant) -> Duration {
        pollPauses.duration(since: start, until: now)
    }

    /// When polls stood, for the ledger: another process must know it too.
    ///
    /// - Parameter horizon: what had ended two of them ago is nobody's any more.
    package func standstills(horizon: Duration, at clock: Now) -> [LedgerCodec.Standstill] {
        let start = clock.monotonic - horizon - horizon
        return pollPauses.pauses(most: LedgerCodec.mostStandstills, since: start, until: clock.monotonic).map { pause in
            LedgerCodec.Standstill(begin: Self.wall(pause.begin, clock), end: Self.wall(pause.end, clock))
        }
    }

    private static func wall(_ instant: MonotonicInstant, _ clock: Now) -> Int64 {
        max(0, clock.wall.clampedDifference((clock.monotonic - instant).milliseconds))
    }

    /// What a ledger says of before.
    package mutating func polls(stood standstills: [LedgerCodec.Standstill], at clock: Now) {
        for standstill in standstills {
            func instant(_ wall: Int64) -> MonotonicInstant { clock.monotonic - .milliseconds(max(0, clock.wall.clampedDifference(wall))) }
            pollPauses.insert(instant(standstill.begin), instant(standstill.end))
        }
    }

    /// An attempt or a poll was refused for the account's sake.
    ///
    /// During a pause only a change from credit to credentials counts: attempts that began before the pause end in it.
    package mutating func refused(
        _ cause: AccountProblem, at now: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> Action {
        switch state {
        case .open: pause(for: cause, at: now, using: &generator)
        case .paused(.credit, let nextProbeAt) where cause == .credentials:
            move(to: .paused(.credentials, nextProbeAt: nextProbeAt), at: now)
        case .probing(.credit) where cause == .credentials: move(to: .probing(.credentials), at: now)
        case .paused, .probing: .none
        }
    }

    /// Time without a bind does not count towards the horizon of what is tracked.
    package mutating func bound(_ isBound: Bool, at now: MonotonicInstant) {
        isDeaf = !isBound
        if isDeaf { pollPauses.begin(at: now) } else if mayPoll { pollPauses.end(at: now) }
    }

    /// There are other credentials than those that were refused: the next look comes at once, and looks begin from the start.
    package mutating func credentialsRenewed(at now: MonotonicInstant) {
        guard problem == .credentials else { return }
        looks = 0
        if case .paused = state { state = .paused(.credentials, nextProbeAt: now) }
    }

    /// Call it at `nextChange`, or at any time.
    package mutating func tick(_ now: MonotonicInstant) -> Action {
        guard case .paused(let problem, let nextProbeAt) = state, nextProbeAt <= now else { return .none }
        state = .probing(problem)
        return .startProbe
    }

    /// The look that `startProbe` asked for has ended. A look that nobody asked for changes nothing.
    ///
    /// - Parameter parts: what the message costs that has waited longest: with less it would open and close again.
    package mutating func probeAnswered(
        _ answer: BalanceAnswer, parts: Int, at now: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> Action {
        guard case .probing(let problem) = state else { return .none }
        switch answer {
        case .credits where answer.covers(parts: max(1, parts)):
            state = .open
            if !isDeaf { pollPauses.end(at: now) }
            return .logResumed(after: pauses.end(at: now))
        case .credits: return pause(for: .credit, at: now, using: &generator)
        case .badCredentials: return pause(for: .credentials, at: now, using: &generator)
        case .failed: return pause(for: problem, at: now, using: &generator)
        }
    }

    /// The provider took a message. During a pause it means nothing: its attempt had begun before.
    package mutating func acceptedSend() {
        if state == .open { looks = 0 }
    }

    private mutating func pause(
        for problem: AccountProblem, at now: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> Action {
        looks = min(looks + 1, 64)
        return move(to: .paused(problem, nextProbeAt: now + backoff.steadyDelay(failures: looks, using: &generator)), at: now)
    }

    private mutating func move(to next: State, at now: MonotonicInstant) -> Action {
        let earlier = problem
        state = next
        pauses.begin(at: now)
        if mayPoll, !isDeaf { pollPauses.end(at: now) } else { pollPauses.begin(at: now) }
        guard let problem, problem != earlier else { return .none }
        return .logPaused(problem)
    }
}
