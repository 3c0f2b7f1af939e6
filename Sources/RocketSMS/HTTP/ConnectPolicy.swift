internal import EventLoop
internal import Time

/// Decides how many connects may begin. A healthy host gets as many as are wanted, more at a time the more of them succeed: a server that
/// closes after each answer needs one for each request. A host that failed is asked by one connect at a time, with backoff:
///
/// | failures in a row | wait before the next connect |
/// | --- | --- |
/// | 1 | 50–100 ms |
/// | 2 | 100–200 ms |
/// | 4 | 400–800 ms |
/// | 7 and more | 2.5–5 s |
///
/// A connection that the host closes before its first answer led nowhere. Some do so in any host's life; from so many in a row on
/// (`barrenLimit`), with no answer on any connection between them, each is a failure too.
struct ConnectPolicy: Equatable, Sendable {
    private static let firstWait: Int64 = 100_000_000
    private static let longestWait: Int64 = 5_000_000_000
    private static let firstWidth = 4
    private static let barrenLimit = 8

    private let maximumConnections: Int
    private let maximumConnects: Int
    private(set) var connecting = 0
    private(set) var failures = 0
    /// Connects that may be under way at once.
    private var width: Int
    /// Connections in a row that led nowhere.
    private var barren = 0
    /// No connect begins before this; nil while the host is well.
    private(set) var retryAt: MonotonicInstant?

    init(maximumConnections: Int, maximumConnects: Int = 4) {
        self.maximumConnections = maximumConnections
        self.maximumConnects = maximumConnects
        width = min(Self.firstWidth, maximumConnects)
    }

    /// Connects to begin now.
    ///
    /// - Parameters:
    ///   - waiting: requests without a connection.
    ///   - open: connections that exist.
    func connects(waiting: Int, open: Int, at now: MonotonicInstant) -> Int {
        let wanted = max(0, min(waiting - connecting, maximumConnections - open - connecting, width - connecting))
        guard let retryAt else { return wanted }
        return connecting == 0 && now >= retryAt ? min(1, wanted) : 0
    }

    mutating func began() { connecting += 1 }

    /// A connection is there; whether it leads anywhere its first answer shows.
    mutating func succeeded() {
        connecting -= 1
        width = min(maximumConnects, width + 1)
        if barren < Self.barrenLimit { recovered() }
    }

    /// - Parameter chance: 0..<1, for the jitter.
    mutating func failed(at now: MonotonicInstant, chance: Double) {
        connecting -= 1
        backOff(at: now, chance: chance)
    }

    /// An answer came.
    mutating func answered() {
        barren = 0
        recovered()
    }

    /// The host closed a connection before its first answer.
    ///
    /// - Returns: whether that counts as a failure.
    mutating func ledNowhere(at now: MonotonicInstant, chance: Double) -> Bool {
        barren += 1
        guard barren >= Self.barrenLimit else { return false }
        backOff(at: now, chance: chance)
        return true
    }

    private mutating func recovered() {
        failures = 0
        retryAt = nil
    }

    private mutating func backOff(at now: MonotonicInstant, chance: Double) {
        width = min(Self.firstWidth, maximumConnects)
        failures += 1
        let longest = min(Self.longestWait, Self.firstWait << Int64(min(failures - 1, 10)))
        retryAt = now + .nanoseconds(longest / 2 + Int64(Double(longest / 2) * chance))
    }
}
