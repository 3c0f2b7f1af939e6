internal import Requests
package import Time

/// Narrows the pace while the provider as a whole fails, down to a single probe now and then, and widens it as it answers again.
///
/// Failures are what speaks of the provider: no connection, a timeout, a 5xx. A refusal and a 429 are answers, and so successes.
///
/// It keeps a score from 0 to `full`: an answer adds three, a failure takes one. So it is the share of failures that decides, and never
/// a run of luck: below three of four the score climbs, above it falls. Under half of `full` only so many requests run at a time as the
/// score says; full again, everything passes. At 0 nothing passes until one probe may, and one answer is enough to go on with four.
///
/// Five minutes, 16 at a time, answers after 20 … 50 ms, failures at random (simulated as in its tests):
///
/// | failures | requests, of those with none | openings |
/// | ---: | ---: | --- |
/// | 35 % | 1.00 | none |
/// | 50 % | 1.00 | one in half a million requests |
/// | 60 % | 0.89 | one in 4,000 |
/// | 70 % | 0.14 | one in 70 |
/// | 80 % | 0.006 | one in 5 |
/// | all | a probe after a third of the time that nothing was answered in, less up to half; 1 … 60 s | |
package struct CircuitBreaker: Equatable, Sendable {
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
        package let epoch: UInt32
    }

    package enum State: Equatable, Sendable {
        /// Everything passes. Becomes `halfOpen`.
        case closed
        /// Nothing passes until then. Becomes `halfOpen` with the probe.
        case open(until: MonotonicInstant)
        /// So many may run at a time. Becomes wider, narrower, `closed` or `open`.
        case halfOpen(width: Int)
    }

    package enum Change: Equatable, Sendable {
        case opened(for: Duration)
        /// After it was open.
        case closed
    }

    package private(set) var state = State.closed
    private let full: Int
    private let shortest: Duration
    private let longest: Duration
    private var score: Int
    /// Permits of this epoch that have not ended.
    private var running = 0
    /// Counts the openings: what began before one says nothing of now, however late it ends.
    private var epoch: UInt32 = 0
    /// Since it opened with no answer after that.
    private var silentSince: MonotonicInstant?
    private var wasOpen = false

    /// What an answer adds where a failure takes one.
    package static let worth = 3

    /// - Parameters:
    ///   - full: so many failures in a row open it at the latest; 2 … 1,024.
    ///   - shortest: the most that is waited for a probe at first.
    ///   - longest: the most that is waited, however long nothing has been answered.
    package init(full: Int = 20, shortest: Duration = .seconds(1), longest: Duration = .seconds(60)) {
        self.full = min(max(2, full), 1_024)
        self.shortest = max(.zero, shortest)
        self.longest = max(self.shortest, longest)
        score = self.full
    }

    /// When waiting is over; nil unless open.
    package var nextChange: MonotonicInstant? {
        if case .open(let until) = state { until } else { nil }
    }

    /// The most that may run at a time; nil: any number.
    package var width: Int? {
        switch state {
        case .closed: nil
        case .open: 1
        case .halfOpen(let width): width
        }
    }

    /// Whether `admit` would give a permit.
    ///
    /// - Parameter sendsWait: a send could begin now. Then polls leave a single probe to the sends.
    package func mayAdmit(_ kind: Kind, at now: MonotonicInstant, sendsWait: Bool) -> Bool {
        switch state {
        case .closed: true
        case .open(let until): until <= now && (kind == .send || !sendsWait)
        case .halfOpen(let width): running < width && (kind == .send || !sendsWait || width > 1)
        }
    }

    /// Asks for one request. Ask last, after slots and budget: a permit that is not used must be ended as `neutral`.
    package mutating func admit(_ kind: Kind, at now: MonotonicInstant, sendsWait: Bool) -> Permit? {
        guard mayAdmit(kind, at: now, sendsWait: sendsWait) else { return nil }
        if case .open = state {
            score = 1
            state = .halfOpen(width: 1)
        }
        running += 1
        return Permit(epoch: epoch)
    }

    /// - Returns: what to log, where it opened, or closed after that.
    package mutating func ended(
        _ permit: Permit, _ ending: Ending, at now: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> Change? {
        guard permit.epoch == epoch else { return nil }
        running -= 1
        switch ending {
        case .neutral: return nil
        case .success:
            score = min(full, score + Self.worth)
            silentSince = nil
        case .failure: score -= 1
        }
        if score <= 0 { return open(at: now, using: &generator) }
        switch state {
        case .closed where 2 * score >= full: return nil
        case .closed, .halfOpen: state = score < full ? .halfOpen(width: score) : .closed
        case .open: return nil  // does not come: with an epoch's first permit it is open no more
        }
        guard state == .closed, wasOpen else { return nil }
        wasOpen = false
        return .closed
    }

    private mutating func open(at now: MonotonicInstant, using generator: inout some RandomNumberGenerator) -> Change {
        let since = silentSince ?? now
        silentSince = since
        let most = min(max(shortest, (now - since) / 3), longest).nanoseconds
        // Not all replicas at once.
        let delay = Duration.nanoseconds(Int64.random(in: most / 2...most, using: &generator))
        state = .open(until: now + delay)
        wasOpen = true
        score = 0
        running = 0
        epoch &+= 1
        return .opened(for: delay)
    }
}
