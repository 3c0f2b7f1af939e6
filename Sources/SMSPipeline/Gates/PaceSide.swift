internal import Time

/// What the pace knows of one kind of request: each is judged by its own answers, so that sends that fail are not covered by polls that
/// go well, nor stopped by polls that fail.
struct PaceSide: Equatable, Sendable {
    private let shortest: Duration
    private let longest: Duration
    /// What has not been answered for so long no longer keeps the next from beginning, so that what hangs does not hold up the rest.
    private let patience: Duration

    private(set) var share = FailureShare()
    /// Of this round that have not ended.
    private(set) var running = 0
    /// Counts the openings: what began before one says nothing of now, however late it ends.
    private(set) var round: UInt32 = 0
    /// Nothing but probes, the next from then on; nil: more.
    private(set) var probeAt: MonotonicInstant?
    private var lastBegan: MonotonicInstant?
    /// When as many ran as might, the last time.
    private var lastFull: MonotonicInstant?
    /// When the latest of those that were answered began.
    private var lastAnswered: MonotonicInstant?
    /// Since it opened with no answer after that.
    private var silentSince: MonotonicInstant?
    /// It has been open, and has not been as wide as may be since.
    private var wasOpen = false

    init(shortest: Duration, longest: Duration, patience: Duration) {
        self.shortest = shortest
        self.longest = longest
        self.patience = patience
    }

    /// - Parameter width: so many may run, where more than probes may.
    func mayBegin(width: Int, at now: MonotonicInstant) -> Bool {
        if let probeAt { return probeAt <= now }
        return running < width || patienceEnds.map { $0 <= now } ?? true
    }

    /// When one may begin at the latest; nil: at once.
    func nextChange(width: Int) -> MonotonicInstant? { probeAt ?? (running < width ? nil : patienceEnds) }

    /// Whether one has begun within the last ten minutes: where any wait, one does.
    func isInUse(at now: MonotonicInstant) -> Bool { lastBegan.map { now - $0 < .seconds(600) } ?? false }

    /// Whether the width holds any back, or has within the last ten seconds.
    func isHeldBack(width: Int, at now: MonotonicInstant) -> Bool {
        running >= width || lastFull.map { now - $0 < .seconds(10) } ?? false
    }

    private var patienceEnds: MonotonicInstant? { lastBegan.map { $0 + patience } }

    mutating func began(width: Int, at now: MonotonicInstant) {
        running += 1
        lastBegan = now
        if running >= width { lastFull = now }
        if probeAt != nil { probeAt = now + min(max(patience, (now - (silentSince ?? now)) / 2), longest) }
    }

    /// Of this round.
    mutating func ended(width: Int, at now: MonotonicInstant) {
        if running >= width { lastFull = now }
        running -= 1
    }

    /// - Parameter start: when the request began.
    /// - Returns: whether it is as wide as may be, after it was open.
    mutating func succeeded(since start: MonotonicInstant) -> Bool {
        share.add(isFailure: false)
        lastAnswered = max(lastAnswered ?? start, start)
        silentSince = nil
        probeAt = nil
        guard wasOpen, share.breadth == 1 else { return false }
        wasOpen = false
        return true
    }

    /// - Parameter isLate: it failed after a long time.
    /// - Returns: how long nothing begins, where nearly everything fails, and whether something was answered shortly before.
    mutating func failed(
        since start: MonotonicInstant, isLate: Bool, at now: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> (wait: Duration, isFirst: Bool)? {
        // What has hung since before another was answered tells nothing of now; and many that began together would all tell it together.
        if isLate, let lastAnswered, start < lastAnswered { return nil }
        share.add(isFailure: true)
        guard share.isBroken else { return nil }
        let isFirst = silentSince == nil
        silentSince = silentSince ?? now
        if probeAt == nil {
            round &+= 1
            running = 0
        }
        let most = longestWait(at: now).nanoseconds
        // Not all replicas at once. From the probe's beginning on: one that hangs has waited already.
        let next = max(now, start + .nanoseconds(Int64.random(in: most / 2...most, using: &generator)))
        probeAt = next
        wasOpen = true
        return (next - now, isFirst)
    }

    /// What became of the other kind says when the next probe may go; nothing where there are no probes.
    mutating func mayProbe(at instant: MonotonicInstant) { if probeAt != nil { probeAt = instant } }
    mutating func mayNotProbe(before instant: MonotonicInstant) { if let probeAt { self.probeAt = max(probeAt, instant) } }

    private func longestWait(at now: MonotonicInstant) -> Duration {
        min(max(shortest, (now - (silentSince ?? now)) / 10), longest)
    }

    func invariants(_ wrong: inout [String]) {
        if running < 0 { wrong.append("more permits have ended than were given") }
        if !(0...1).contains(share.value) { wrong.append("the share of failures is \(share.value)") }
        if share.isBroken, probeAt == nil { wrong.append("nearly everything fails, and more than probes may go") }
        if !share.isBroken, probeAt != nil { wrong.append("enough is answered, and nothing but probes may go") }
    }
}
