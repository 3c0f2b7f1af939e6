package import Time

/// What is known of the account's credits: when to ask for them, and how long they last. Nothing is stopped by it.
///
/// The pace is that of the balance itself over the last hour, so that other users of the account count too. Where it has risen somebody
/// has topped it up, and what was spent until then cannot be told from it: the count begins anew.
package struct CreditWatch: Equatable, Sendable {
    /// Between two questions while messages are accepted, and while none is.
    static let interval = Duration.seconds(60)
    static let idleInterval = Duration.seconds(600)
    /// Answers that the pace is counted over.
    static let window = Duration.seconds(3_600)
    /// Of less a single message makes hours or none.
    static let leastSpan = Duration.seconds(60)

    private struct Answer: Equatable, Sendable {
        let at: MonotonicInstant
        let credits: Int64
    }

    /// Of the window, and one before it; refusals ask oftener than the watch does, and not each of their answers is kept.
    private var answers: [Answer] = []
    private var last: Answer?
    private var askedAt: MonotonicInstant?
    private var hasSpent = false

    package init() {}

    var answerCount: Int { answers.count }

    /// As last told; nil: not yet.
    package var credits: Int64? { last?.credits }

    /// How long they last at the present pace: infinite where none are spent; nil where that is not known yet.
    package var hoursLeft: Double? {
        guard let first = answers.first, let last, last.at - first.at >= Self.leastSpan else { return nil }
        let spent = Double(first.credits) - Double(last.credits)
        guard spent > 0 else { return last.credits > 0 ? .infinity : 0 }
        return Double(max(0, last.credits)) / spent * ((last.at - first.at) / .seconds(3_600))
    }

    package func isDue(at now: MonotonicInstant) -> Bool {
        askedAt.map { now - $0 >= (hasSpent ? Self.interval : Self.idleInterval) } ?? true
    }

    package mutating func asked(at now: MonotonicInstant) {
        askedAt = now
        hasSpent = false
    }

    /// A message was accepted, or may have been.
    package mutating func spent() { hasSpent = true }

    package mutating func answered(_ credits: Int64, at now: MonotonicInstant) {
        let answer = Answer(at: now, credits: credits)
        if let last, credits > last.credits { answers.removeAll() }
        last = answer
        if let kept = answers.last, now - kept.at < Self.interval / 2 { return }
        answers.append(answer)
        while answers.count > 2, now - answers[1].at >= Self.window { answers.removeFirst() }
    }
}
