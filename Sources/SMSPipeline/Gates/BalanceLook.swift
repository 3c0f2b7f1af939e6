internal import Requests
package import Time

/// A refusal by an unfamiliar code first asks the balance: the vendor documents no code for an empty account, and a message must not
/// fail for that. One question serves all refusals that come while it is under way, and its answer those of the next 10 s.
///
/// What the answer means for the refused message: `credits`, it is refused for good; `noCredits` and `badCredentials`, the account
/// pauses and the message waits; `failed`, nothing is known and it waits too (a refusal provably was no SMS).
/// The caller bounds the waiters: each holds the slot of its attempt.
package struct BalanceLook<Waiter> {
    package enum Step {
        /// A fresh answer is at hand.
        case known(BalanceAnswer)
        /// Ask the balance once and give the answer to `answered`; the waiter is kept until then.
        case start
        /// A question is under way; the waiter is kept until its answer.
        case wait
    }

    /// The codes that speak of the message and of nothing else.
    package static var familiarCodes: Set<String> { ["NO_MESSAGE", "NO_PHONE", "BAD_PHONE"] }

    private let keptFor: Duration
    private var last: (answer: BalanceAnswer, at: MonotonicInstant)?
    private var waiters: [Waiter] = []
    package private(set) var isUnderWay = false

    /// - Parameter keptFor: how long an answer serves.
    package init(keptFor: Duration = .seconds(10)) { self.keptFor = keptFor }

    package var waiterCount: Int { waiters.count }

    package mutating func ask(for waiter: Waiter, at now: MonotonicInstant) -> Step {
        if let last, now - last.at < keptFor, !isUnderWay { return .known(last.answer) }
        waiters.append(waiter)
        if isUnderWay { return .wait }
        isUnderWay = true
        return .start
    }

    /// The question has ended.
    ///
    /// - Returns: those that waited for it, in the order they came.
    package mutating func answered(_ answer: BalanceAnswer, at now: MonotonicInstant) -> [Waiter] {
        isUnderWay = false
        note(answer, at: now)
        defer { waiters = [] }
        return waiters
    }

    /// An answer that was asked for elsewhere (by the account pause, at start) serves too.
    package mutating func note(_ answer: BalanceAnswer, at now: MonotonicInstant) {
        // A failure is no knowledge to keep: the next refusal asks again.
        last = answer == .failed ? nil : (answer, now)
    }
}

extension BalanceLook: Sendable where Waiter: Sendable {}
