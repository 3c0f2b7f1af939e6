internal import EventLoop
internal import Time

/// Decides how many connects may begin. A healthy host gets as many as are wanted; one that failed is asked by one connect at
/// a time, with backoff:
///
/// | failures in a row | wait before the next connect |
/// | --- | --- |
/// | 1 | 50–100 ms |
/// | 2 | 100–200 ms |
/// | 4 | 400–800 ms |
/// | 7 and more | 2.5–5 s |
struct ConnectPolicy: Equatable, Sendable {
    private static let firstWait: Int64 = 100_000_000
    private static let longestWait: Int64 = 5_000_000_000

    private let maximumConnections: Int
    private(set) var connecting = 0
    private(set) var failures = 0
    /// No connect begins before this; nil while the host is well.
    private(set) var retryAt: MonotonicInstant?

    init(maximumConnections: Int) { self.maximumConnections = maximumConnections }

    /// Connects to begin now.
    ///
    /// - Parameters:
    ///   - waiting: requests without a connection.
    ///   - open: connections that exist.
    func connects(waiting: Int, open: Int, at now: MonotonicInstant) -> Int {
        let wanted = max(0, min(waiting - connecting, maximumConnections - open - connecting))
        guard let retryAt else { return wanted }
        return connecting == 0 && now >= retryAt ? min(1, wanted) : 0
    }

    mutating func began() { connecting += 1 }

    mutating func succeeded() {
        connecting -= 1
        failures = 0
        retryAt = nil
    }

    /// - Parameter chance: 0..<1, for the jitter.
    mutating func failed(at now: MonotonicInstant, chance: Double) {
        connecting -= 1
        failures += 1
        let longest = min(Self.longestWait, Self.firstWait << Int64(min(failures - 1, 10)))
        retryAt = now + .nanoseconds(longest / 2 + Int64(Double(longest / 2) * chance))
    }
}
