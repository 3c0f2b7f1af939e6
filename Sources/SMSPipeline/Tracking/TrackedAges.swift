/// How many tracked messages there are of each age.
package struct TrackedAges: Equatable, Sendable {
    /// The bounds of all bands but the last, rising. Exclusive.
    package static let bounds: [Duration] = [
        .seconds(10), .seconds(60), .seconds(600), .seconds(3_600), .seconds(21_600), .seconds(86_400),
    ]

    /// Their age has not begun: they are to be sent later, by the provider's schedule.
    package private(set) var scheduled = 0
    /// One for each bound and one more.
    package private(set) var counts = Array(repeating: 0, count: bounds.count + 1)

    package init() {}

    package mutating func count(_ age: Duration) {
        guard age >= .zero else {
            scheduled += 1
            return
        }
        var band = 0
        while band < Self.bounds.count, Self.bounds[band] <= age { band += 1 }
        counts[band] += 1
    }
}
