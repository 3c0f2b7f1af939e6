internal import Time

/// How many POSTs the provider takes at a time without letting them wait: it narrows as its answers grow slow, long before they come too
/// late (each of those is an *unknown*), and widens as they grow quick.
///
/// *Slow* is a quarter of the request timeout, so that the provider may lose three quarters of its capacity from one moment to the next
/// before anything is late. Each answer moves the limit by half a request at most, in proportion to how far it is from slow: a full round of
/// answers by half of itself.
///
/// Where a single request at a time is answered slowly too, waiting is not what makes it slow: then twice that time is slow, for an hour.
/// So a provider that is slow by nature is used in full but for a few minutes each hour.
///
/// *Collapse.* Where hardly anything is answered any more, and the failures came late, too many may have been under way: the limit goes
/// back to a half, and widens to all in eight seconds; after several within two minutes in up to a minute.
struct AnswerTimes: Equatable, Sendable {
    /// Requests that widen or narrow, an answer.
    private static let step = 0.5
    /// Answers to a single request at a time, before they count as the provider's nature.
    private static let looks = 4
    private static let memory = Duration.seconds(3_600)
    private static let widening = Duration.seconds(8)
    private static let mostCollapses = 4
    private static let collapseMemory = Duration.seconds(120)

    /// Slots.
    private let most: Double
    /// Nanoseconds, as all times here.
    private let timeout: Double
    private var slow: Double
    private var limit: Double

    // MARK: Slow by nature
    private var lookCount = 0
    private var lookSum = 0.0
    private var natureUntil: MonotonicInstant?

    // MARK: Collapse
    private var collapsedAt: MonotonicInstant?
    private var collapses = 0
    private var ceiling: Double

    private var answeredAt: MonotonicInstant?

    init(slots: Int, requestTimeout: Duration) {
        most = Double(max(1, slots))
        timeout = Double(max(1, requestTimeout.nanoseconds))
        slow = timeout / 4
        limit = most
        ceiling = most
    }

    /// Requests at a time; 1 … all slots.
    func width(at now: MonotonicInstant) -> Double { max(1, min(limit, ceiling(at: now))) }

    /// Of all slots, for polls: nobody knows how slow a provider is that has had no POST for a while.
    func breadth(at now: MonotonicInstant) -> Double {
        guard let answeredAt, now - answeredAt < .seconds(10) else { return 1 }
        return width(at: now) / most
    }

    /// Whether failures that took so long speak of too many under way.
    func isLate(_ time: Duration) -> Bool { Double(time.nanoseconds) >= slow }

    /// - Parameter isUsed: about as many ran as may: where fewer do, quick answers say nothing of more.
    mutating func answered(after time: Duration, isUsed: Bool, at now: MonotonicInstant) {
        answeredAt = now
        if let until = natureUntil, until <= now {
            natureUntil = nil
            slow = timeout / 4
        }
        // Of a gateway that kept an answer for later: as late as may be.
        let time = min(Double(time.nanoseconds), timeout)
        let distance = max(-1, 1 - time / slow)
        if distance < 0 || isUsed { limit = min(most, max(1, limit + Self.step * distance)) }
        look(time, at: now)
        if let collapsedAt, now - collapsedAt >= Self.collapseMemory {
            self.collapsedAt = nil
            collapses = 0
            ceiling = most
        }
    }

    /// Nearly nothing is answered, after a time in which something was.
    mutating func collapsed(at now: MonotonicInstant) {
        ceiling = max(1, width(at: now) / 2)
        limit = min(limit, ceiling)
        collapses = min(collapses + 1, Self.mostCollapses)
        collapsedAt = now
    }

    /// Alone with the provider, and slow all the same?
    private mutating func look(_ time: Double, at now: MonotonicInstant) {
        guard limit < 2, time > slow, natureUntil == nil else {
            lookCount = 0
            lookSum = 0
            return
        }
        lookCount += 1
        lookSum += time
        guard lookCount >= Self.looks else { return }
        let nature = lookSum / Double(lookCount)
        lookCount = 0
        lookSum = 0
        slow = max(min(2 * nature, 0.75 * timeout), 1.25 * nature)
        natureUntil = now + Self.memory
    }

    private func ceiling(at now: MonotonicInstant) -> Double {
        guard let collapsedAt else { return most }
        let whole = Double(Self.widening.nanoseconds) * Double(1 << (collapses - 1))
        return min(most, ceiling + most * Double((now - collapsedAt).nanoseconds) / whole)
    }

    func invariants(_ wrong: inout [String]) {
        if !(1...most).contains(limit) { wrong.append("the pace is \(limit) of \(most) slots") }
        if !(timeout / 4...2 * timeout).contains(slow) { wrong.append("an answer is slow from \(slow) ns on, late after \(timeout)") }
        if (collapsedAt == nil) != (collapses == 0) { wrong.append("\(collapses) collapses, the last \(String(describing: collapsedAt))") }
    }
}
