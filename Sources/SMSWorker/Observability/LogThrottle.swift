internal import EventLoop

/// Lets one line through in an interval: what repeats a hundred times a second must not fill the log.
struct LogThrottle {
    private let interval: Duration
    private var last: MonotonicInstant?

    init(every interval: Duration) { self.interval = interval }

    mutating func shouldLog(at now: MonotonicInstant) -> Bool {
        if let last, now - last < interval { return false }
        last = now
        return true
    }
}
