/// The share of failures among the last answers: each weighs a sixteenth less than the one after it. No single answer decides, and no run of
/// luck is needed: what comes at random stays near its share.
///
/// | fails at random | requests, of those with no failure (64 slots, answers after 20 … 50 ms, modelled as in the tests) |
/// | ---: | ---: |
/// | up to 60 % | 0.99 |
/// | 70 % | 0.93 |
/// | 80 % | 0.42 |
/// | 90 % | 0.03 |
/// | all | probes after 47 in a row, fewer and fewer at a time from the 20th on |
struct FailureShare: Equatable, Sendable {
    /// Answers that count, about.
    static let window = 16.0
    /// Up to this share nothing is narrowed.
    static let tolerated = 0.7
    /// From this share on nothing but probes. One answer brings any share below it.
    static let broken = 0.95

    /// 0 … 1.
    private(set) var value = 0.0

    mutating func add(isFailure: Bool) { value += ((isFailure ? 1 : 0) - value) / Self.window }

    var isBroken: Bool { value >= Self.broken }

    /// The part of the pace that it leaves, 0 … 1.
    var breadth: Double { value <= Self.tolerated ? 1 : max(0, (Self.broken - value) / (Self.broken - Self.tolerated)) }
}
