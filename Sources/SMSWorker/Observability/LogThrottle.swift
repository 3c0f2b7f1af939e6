internal import EventLoop
internal import Requests
internal import SMSPipeline
internal import Time

/// Lets one line through in an interval: what repeats a hundred times a second must not fill the log.
struct LogThrottle {
    private let interval: Duration
    private var last: MonotonicInstant?

    init(every interval: Duration) { self.interval = interval }

    /// How many lines were left out since the last one.
    private(set) var suppressed = 0

    mutating func shouldLog(at now: MonotonicInstant) -> Bool {
        if let last, now - last < interval {
            suppressed += 1
            return false
        }
        last = now
        return true
    }

    /// The same, and how many lines were left out before this one; nil: this one is left out too.
    mutating func admit(at now: MonotonicInstant) -> Int? {
        let count = suppressed
        guard shouldLog(at: now) else { return nil }
        suppressed = 0
        return count
    }
}
