internal import Requests
package import Time

/// This process's share of the fleet's limit on provider requests (`SEND_RATE_LIMIT`), divided among priority sends, bulk sends and
/// polls.
///
/// *Share.* Limit × owned / all partitions. A smaller share counts at once, a larger one after `increaseDelay`, which covers the second
/// in which the former owner's requests still count and the lag between the two; so the fleet stays within the limit during a
/// rebalance too. In every window of one second at most the whole part of the share is taken:
///
/// | limit | owned of all | share | most in a second | spacing |
/// | ---: | --- | ---: | ---: | --- |
/// | 100 | 8 of 8 | 100 | 100 | 10 ms, up to 5 at once |
/// | 100 | 3 of 8 | 37.5 | 37 | 26.7 ms, 1 at once |
/// | 10 | 1 of 8 | 1.25 | 1 | 1 s |
/// | 2 | 1 of 8 | 0.25 | 1 | 4 s (several such replicas may meet within one second: give the fleet at least one request a second a replica) |
///
/// *Burst.* What is not taken is kept for a twentieth of a second, no longer.
///
/// *Lanes.* Priority before bulk before polls. A lane is *hungry* from a refusal until it takes, is `notWaiting`, or lets a chance pass.
/// While a higher lane is hungry, bulk and polls take only what their floor (5 % each) has saved up for them, and a higher lane leaves
/// them that. For 3 s after a priority request, bulk and polls also leave `priorityShare` of the burst untouched, so that the
/// next one finds its token there; while the priority lane is idle, bulk uses all.
package struct RateBudget: Equatable, Sendable {
    package enum Kind: Int, Equatable, Sendable, CaseIterable { case prioritySend, bulkSend, poll }

    private struct Lane: Equatable, Sendable {
        /// Tokens that the floor has saved up.
        var floor = 0.0
        var refusedAt: MonotonicInstant?
    }

    private struct Increase: Equatable, Sendable {
        var rate: Double
        var at: MonotonicInstant
    }

    /// How long the priority lane counts as in use after a request of its own.
    private static let priorityMemory = Duration.seconds(3)

    private let limit: Double
    private let priorityShare: Double
    private let floorShare: Double
    private let increaseDelay: Duration

    /// Requests per second that this process may make now; 0 while it owns nothing.
    package private(set) var rate = 0.0
    private var increases: [Increase] = []
    private var tokens = 0.0
    private var filledAt: MonotonicInstant?
    private var window = TakeWindow()
    private var lanes = [Lane](repeating: Lane(), count: Kind.allCases.count)
    private var priorityWantedAt: MonotonicInstant?

    /// - Parameters:
    ///   - limit: requests per second of the whole fleet; 0 for none. A part of one counts only below 1.
    ///   - priorityShare: `SEND_PRIORITY_SHARE`, 0 … 1.
    ///   - floorShare: what bulk and polls each get at least, 0 … 0.25.
    ///   - increaseDelay: at least 1 s.
    package init(limit: Double, priorityShare: Double = 0.2, floorShare: Double = 0.05, increaseDelay: Duration = .milliseconds(1_500)) {
        self.limit = max(0, limit)
        self.priorityShare = min(max(0, priorityShare), 1)
        self.floorShare = min(max(0, floorShare), 0.25)
        self.increaseDelay = max(.seconds(1), increaseDelay)
    }

    package var isUnlimited: Bool { limit == 0 }

    /// Call it before a revoke is answered (so that the share is small before another's grows) and after an assignment.
    package mutating func setShare(owned: Int, all: Int, at now: MonotonicInstant) {
        refill(now)
        let share = all <= 0 ? 0 : limit * Double(min(max(0, owned), all)) / Double(all)
        if share <= rate {
            increases = []
            change(to: share)
        } else {
            for index in increases.indices { increases[index].rate = min(increases[index].rate, share) }
            if (increases.last?.rate ?? rate) < share { increases.append(Increase(rate: share, at: now + increaseDelay)) }
        }
    }

    /// Takes the right to one request; false where it has to wait (`nextAvailable` says how long).
    ///
    /// - Parameter isTurn: it is a bulk line's own turn (`FairLines`): no hungry lane goes before it.
    package mutating func take(_ kind: Kind, isTurn: Bool = false, at now: MonotonicInstant) -> Bool {
        if isUnlimited { return true }
        refill(now)
        if kind == .prioritySend { priorityWantedAt = now }
        guard mayTake(kind, at: now) || (isTurn && hasToken(at: now)) else {
            lanes[kind.rawValue].refusedAt = now
            return false
        }
        tokens -= 1
        window.take(at: now)
        lanes[kind.rawValue].floor = max(0, lanes[kind.rawValue].floor - 1)
        lanes[kind.rawValue].refusedAt = nil
        return true
    }

    /// A request that nobody can be asked to hold back has been made (a question for the balance): the next ones wait for it.
    package mutating func charge(at now: MonotonicInstant) {
        if isUnlimited { return }
        refill(now)
        tokens -= 1
        window.take(at: now)
    }

    /// Nothing of this kind could begin now (none waits, or its slots are full): the others need not leave it anything.
    package mutating func notWaiting(_ kind: Kind) { lanes[kind.rawValue].refusedAt = nil }

    /// When to try `take` again: `now` where it would succeed, else perhaps too early (what other lanes will take is not foreseen).
    /// Nil while no share is known to come.
    package mutating func nextAvailable(_ kind: Kind, at now: MonotonicInstant) -> MonotonicInstant? {
        if isUnlimited { return now }
        refill(now)
        guard rate > 0 else { return increases.first?.at }
        if mayTake(kind, at: now) { return now }
        var next = window.firstRoom(below: mostInASecond, at: now)
        // A share may be next to nothing: in an hour there is another look.
        if tokens < 1 { next = max(next, now + .nanoseconds(Int64(min((1 - tokens) / rate * 1e9, 3.6e12)) + 1_000)) }
        // There is a token, and another lane comes first: look again when the next one has come.
        if next <= now { next = now + .nanoseconds(Int64(min(max(1 / rate, 0.001), 0.25) * 1e9)) }
        if let increase = increases.first { next = min(next, increase.at) }
        return next
    }

    private var mostInASecond: Int { rate <= 0 ? 0 : max(1, Int(rate + 1e-9)) }

    /// A twentieth of a second, and at least what lets a late timer lose nothing.
    private var burst: Double { max(1.5, rate / 20) }

    private mutating func hasToken(at now: MonotonicInstant) -> Bool { min(Int(tokens), mostInASecond - window.count(at: now)) >= 1 }

    private mutating func mayTake(_ kind: Kind, at now: MonotonicInstant) -> Bool {
        let available = min(Int(tokens), mostInASecond - window.count(at: now))
        if available < 1 { return false }
        if kind != .prioritySend, lanes[kind.rawValue].floor >= 1 { return true }
        var left = 0
        for lane in lanes.indices where lane != kind.rawValue {
            if isHungry(lane, at: now) {
                if lane < kind.rawValue { return false }
                left += Int(lanes[lane].floor)
            } else if lane == Kind.prioritySend.rawValue, let wanted = priorityWantedAt, now - wanted < Self.priorityMemory {
                left += Int(priorityShare * rate / 20)
            }
        }
        return available > left
    }

    private func isHungry(_ lane: Int, at now: MonotonicInstant) -> Bool {
        guard let refused = lanes[lane].refusedAt else { return false }
        return (now - refused).nanoseconds < Int64((1 / max(rate, 0.001) + 0.25) * 1e9)
    }

    private mutating func refill(_ now: MonotonicInstant) {
        while let increase = increases.first, increase.at <= now {
            increases.removeFirst()
            fill(until: increase.at)
            change(to: increase.rate)
        }
        fill(until: now)
    }

    private mutating func fill(until now: MonotonicInstant) {
        let seconds = filledAt.map { Double(max(0, (now - $0).nanoseconds)) / 1e9 } ?? 0
        filledAt = max(filledAt ?? now, now)
        tokens = min(burst, tokens + seconds * rate)
        let most = max(1, floorShare * rate / 20)
        for lane in Kind.bulkSend.rawValue...Kind.poll.rawValue {
            lanes[lane].floor = min(most, lanes[lane].floor + seconds * rate * floorShare)
        }
    }

    private mutating func change(to rate: Double) {
        self.rate = rate
        tokens = min(tokens, burst)
        for index in lanes.indices { lanes[index].floor = min(lanes[index].floor, max(1, floorShare * rate / 20)) }
    }
}
