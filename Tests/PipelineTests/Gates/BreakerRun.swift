import SMSPipeline
import TestSupport
import Time

/// A provider behind a breaker, over virtual time: answers after 20 to 50 ms, fails a share of all at random and everything during an
/// outage, and a caller who has always more to send than slots, or one message now and then.
struct BreakerRun {
    var slots = 16
    /// Of all requests.
    var failing = 0.0
    /// Milliseconds.
    var outage = 0..<0
    /// Milliseconds between two messages; 0: there is always another.
    var interval = 0

    private(set) var breaker: CircuitBreaker
    private(set) var generator: SeededGenerator
    private var now = 0
    private var running: [(endsAt: Int, permit: CircuitBreaker.Permit)] = []
    /// Of messages that come one by one.
    private var backlog = 0
    private var nextMessage = 0
    /// When each began, and when each was accepted; milliseconds.
    private(set) var attempts: [Int] = []
    private(set) var accepted: [Int] = []
    /// When the breaker opened and closed again.
    private(set) var changes: [(at: Int, change: CircuitBreaker.Change)] = []

    init(_ breaker: CircuitBreaker = CircuitBreaker(), seed: UInt64) {
        self.breaker = breaker
        generator = SeededGenerator(seed: seed)
    }

    static func instant(_ milliseconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000) }

    /// - Returns: itself after so many milliseconds from the beginning.
    func after(_ end: Int) -> BreakerRun {
        var run = self
        while run.now < end { run.step(until: end) }
        return run
    }

    func accepted(in range: Range<Int>) -> Int { accepted.count { range.contains($0) } }
    func attempts(in range: Range<Int>) -> Int { attempts.count { range.contains($0) } }

    /// Begins what may begin, and goes on to the next time at which something can happen.
    private mutating func step(until end: Int) {
        if interval > 0, now >= nextMessage {
            nextMessage = now + interval
            backlog += 1
        }
        while running.count < slots, interval == 0 || backlog > 0,
            let permit = breaker.admit(.send, at: Self.instant(now), sendsWait: true)
        {
            backlog -= 1
            attempts.append(now)
            running.append((now + 20 + generator.below(31), permit))
        }
        var next = end
        for one in running { next = min(next, one.endsAt) }
        if interval > 0 { next = min(next, nextMessage) }
        if let change = breaker.nextChange, change > Self.instant(now) { next = min(next, Int(change.nanoseconds / 1_000_000) + 1) }
        now = next
        var index = 0
        while index < running.count {
            guard running[index].endsAt <= now else {
                index += 1
                continue
            }
            let permit = running[index].permit
            running.swapAt(index, running.count - 1)
            running.removeLast()
            settle(permit)
        }
    }

    private mutating func settle(_ permit: CircuitBreaker.Permit) {
        let fails = outage.contains(now) || Double(generator.below(1_000_000)) < failing * 1_000_000
        if fails { backlog += 1 } else { accepted.append(now) }
        if let change = breaker.ended(permit, fails ? .failure : .success, at: Self.instant(now), using: &generator) {
            changes.append((now, change))
        }
    }
}
