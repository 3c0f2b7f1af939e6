internal import Synchronization

/// How long things took, in buckets fixed at creation. Made by a registry, once, and held: an observation is two atomic operations.
package final class Histogram: Sendable {
    /// 1 ms to 60 s: round trips over a network.
    package static let roundTrips: [Duration] = [
        .milliseconds(1), .milliseconds(2.5), .milliseconds(5), .milliseconds(10), .milliseconds(25), .milliseconds(50), .milliseconds(100),
        .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2.5), .seconds(5), .seconds(10), .seconds(30), .seconds(60),
    ]

    /// Inclusive upper bounds in nanoseconds, rising; one more bucket takes what is above them all.
    let bounds: [Int64]
    /// One for each bound and one more. Allocated by `init`, freed by `deinit`, and changed by atomic operations only.
    private nonisolated(unsafe) let counts: UnsafeMutablePointer<Atomic<UInt64>>
    /// The bits of a Double: exact up to 104 days, and rounded beyond; an integer would run over and begin anew.
    private let sumNanoseconds = Atomic<UInt64>((0.0).bitPattern)

    init(buckets: [Duration]) {
        bounds = buckets.map(Self.nanoseconds)
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "the buckets of a histogram rise")
        counts = .allocate(capacity: bounds.count + 1)
        for index in 0...bounds.count { (counts + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counts.deinitialize(count: bounds.count + 1)
        counts.deallocate()
    }

    package func observe(_ duration: Duration) { observe(nanoseconds: Self.nanoseconds(duration)) }

    /// A negative one counts as 0.
    package func observe(nanoseconds: Int64) {
        var index = 0
        while index < bounds.count, bounds[index] < nanoseconds { index += 1 }
        counts[index].wrappingAdd(1, ordering: .relaxed)
        var old = sumNanoseconds.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + Double(max(0, nanoseconds))).bitPattern
            let (exchanged, original) = sumNanoseconds.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }

    /// Observations of each bucket alone, and the sum of all in seconds.
    package var snapshot: (counts: [UInt64], sum: Double) {
        let values = (0...bounds.count).map { counts[$0].load(ordering: .relaxed) }
        return (values, Double(bitPattern: sumNanoseconds.load(ordering: .relaxed)) / 1e9)
    }

    /// Of all buckets but the last, in seconds.
    package var upperBounds: [Double] { bounds.map { Double($0) / 1e9 } }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
    }
}
