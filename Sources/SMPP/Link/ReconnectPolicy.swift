internal import Time

/// How long is waited before the next connection. Twice as long after each end, up to a minute, less up to half by chance:
///
/// | ends in a row | wait |
/// | --- | --- |
/// | 1 | 0.5–1 s |
/// | 2 | 1–2 s |
/// | 4 | 4–8 s |
/// | 7 and more | 30–60 s |
///
/// Only a bind that lived a minute begins a new row: a peer that accepts a bind and closes it (it has another one of this account) is none
/// that is well. Where the credentials are refused, each wait is the longest: many peers lock an account that tries again and again.
struct ReconnectPolicy: Equatable, Sendable {
    static let first = Duration.seconds(1)
    static let longest = Duration.seconds(60)
    /// Of a bind that shows a peer to be well.
    static let soundLife = Duration.seconds(60)

    private(set) var ends = 0

    /// A connection has ended, or did not come about.
    ///
    /// - Parameters:
    ///   - boundFor: how long it was bound; nil where it never was.
    ///   - chance: 0..<1, for the jitter.
    /// - Returns: the wait.
    mutating func ended(boundFor: Duration?, refusal: BindRefusal?, chance: Double) -> Duration {
        if let boundFor, boundFor >= Self.soundLife { ends = 0 }
        let doubled = Self.first * (1 << min(ends, 10))
        ends += 1
        let wait = refusal == .credentials ? Self.longest : min(Self.longest, doubled)
        return wait / 2 + wait / 2 * chance
    }
}
