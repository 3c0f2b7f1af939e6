internal import Requests
package import Time

/// Stops attempts and polls while the provider as a whole fails, tries again with a few, and closes alone.
///
/// Failures are what speaks of the provider: no connection, a timeout, a 5xx. A refusal and a 429 are answers, and so successes.
/// It opens when, within the window, at least `minimumSamples` ended and at least `failureShare` of them failed. After the backoff it
/// lets one probe through, then 2, 4, … `lastWidth` at a time; a probe that fails opens it for longer, the last width that succeeds
/// closes it.
///
/// With the defaults it stays open 1 … 2 s, then 2 … 4 s, 4 … 8 s, … 30 … 60 s, and closes after 15 successes, or with
/// one that comes half a minute after the first probe.
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
        package let isProbe: Bool
    }

    package enum State: Equatable, Sendable {
        /// Everything passes. Becomes `open`.
        case closed
        /// Nothing passes until then. Becomes `halfOpen`.
        case open(until: MonotonicInstant)
        /// `width` probes may pass; so many have begun and succeeded. Becomes wider, `closed` or `open`.
        case halfOpen(width: Int, begun: Int, succeeded: Int)
    }

    package enum Change: Equatable, Sendable {
        case opened(for: Duration)
        case closed
    }

    private struct Bucket: Equatable, Sendable {
        var second: Int64 = .min
        var ended = 0
        var failed = 0
    }

    package private(set) var state = State.closed
    private let minimumSamples: Int
    private let failureShare: Double
    private let lastWidth: Int
    private let backoff: Backoff
    private var buckets: [Bucket]
    /// Counts the changes of state: a permit of an earlier one says nothing of now.
    private var epoch: UInt32 = 0
    private var openings = 0
    /// When the first probe of this half-open time was let through.
    private var probingSince = MonotonicInstant(nanoseconds: 0)

    /// A success so long after the first probe closes it, whatever the width: where little is sent, fifteen would take hours.
    package static let calm = Duration.seconds(30)

    /// - Parameters:
    ///   - window: whole seconds, 1 … 600.
    ///   - lastWidth: how many probes at a time must succeed in the end, 1 … 1,024.
    package init(
        window: Duration = .seconds(20), minimumSamples: Int = 10, failureShare: Double = 0.5, lastWidth: Int = 8,
        backoff: Backoff = Backoff(base: .seconds(2), maximum: .seconds(60))
    ) {
        buckets = Array(repeating: Bucket(), count: Int(min(max(1, window.components.seconds), 600)))
        self.minimumSamples = max(1, minimumSamples)
        self.failureShare = failureShare
        self.lastWidth = min(max(1, lastWidth), 1_024)
        self.backoff = backoff
    }

    /// When waiting is over; nil unless open.
    package var nextChange: MonotonicInstant? {
        if case .open(let until) = state { until } else { nil }
    }

    /// Whether `admit` would give a permit.
    ///
    /// - Parameter sendsWait: a send could begin now. Then polls leave the probes to the sends.
    package func mayAdmit(_ kind: Kind, at now: MonotonicInstant, sendsWait: Bool) -> Bool {
        switch state {
        case .closed: true
        case .open(let until): until <= now && (kind == .send || !sendsWait)
        case .halfOpen(let width, let begun, _): begun < width && (kind == .send || !sendsWait)
        }
    }

    /// Asks for one request. Ask last, after slots and budget: a permit that is not used must be ended as `neutral`.
    package mutating func admit(_ kind: Kind, at now: MonotonicInstant, sendsWait: Bool) -> Permit? {
        guard mayAdmit(kind, at: now, sendsWait: sendsWait) else { return nil }
        switch state {
        case .closed: return Permit(epoch: epoch, isProbe: false)
        case .open:
            probingSince = now
            move(to: .halfOpen(width: 1, begun: 1, succeeded: 0))
        case .halfOpen(let width, let begun, let succeeded):
            state = .halfOpen(width: width, begun: begun + 1, succeeded: succeeded)
        }
        return Permit(epoch: epoch, isProbe: true)
    }

    /// - Returns: what to log, where the state became another.
    package mutating func ended(
        _ permit: Permit, _ ending: Ending, at now: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> Change? {
        guard permit.epoch == epoch else { return nil }
        switch state {
        case .closed:
            guard ending != .neutral else { return nil }
            count(isFailure: ending == .failure, at: now)
            return ending == .failure && mustOpen(at: now) ? open(at: now, using: &generator) : nil
        case .open: return nil
        case .halfOpen(let width, let begun, let succeeded):
            switch ending {
            case .failure: return open(at: now, using: &generator)
            case .neutral: state = .halfOpen(width: width, begun: begun - 1, succeeded: succeeded)
            case .success where now - probingSince >= Self.calm: return close()
            case .success where succeeded + 1 < width: state = .halfOpen(width: width, begun: begun, succeeded: succeeded + 1)
            case .success where width < lastWidth: state = .halfOpen(width: min(2 * width, lastWidth), begun: 0, succeeded: 0)
            case .success: return close()
            }
            return nil
        }
    }

    private mutating func close() -> Change {
        move(to: .closed)
        openings = 0
        for index in buckets.indices { buckets[index] = Bucket() }
        return .closed
    }

    private mutating func open(at now: MonotonicInstant, using generator: inout some RandomNumberGenerator) -> Change {
        openings = min(openings + 1, 64)
        let delay = backoff.steadyDelay(failures: openings, using: &generator)
        move(to: .open(until: now + delay))
        return .opened(for: delay)
    }

    private mutating func move(to next: State) {
        state = next
        epoch &+= 1
    }

    private mutating func count(isFailure: Bool, at now: MonotonicInstant) {
        let second = now.nanoseconds / 1_000_000_000
        let index = Int(second % Int64(buckets.count))
        if buckets[index].second != second { buckets[index] = Bucket(second: second) }
        buckets[index].ended += 1
        if isFailure { buckets[index].failed += 1 }
    }

    private func mustOpen(at now: MonotonicInstant) -> Bool {
        let oldest = now.nanoseconds / 1_000_000_000 - Int64(buckets.count) + 1
        var ended = 0
        var failed = 0
        for bucket in buckets where bucket.second >= oldest {
            ended += bucket.ended
            failed += bucket.failed
        }
        return ended >= minimumSamples && Double(failed) >= failureShare * Double(ended)
    }
}
