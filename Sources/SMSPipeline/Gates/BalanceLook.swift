internal import Requests
package import Time

/// A refusal by an unfamiliar code first asks the balance: the vendor documents no code for an empty account, and a message must not
/// fail for that. One question at a time serves all who want to know, the account pause too.
///
/// What an answer says of a refused message depends on which was first: credits that were there *before* the refusal may be spent by now.
///
/// | answer | a refusal before its question was sent | one since then | one in the next 10 s |
/// | --- | --- | --- | --- |
/// | credits enough for the message | refused for good | another question | another question |
/// | fewer credits, or bad credentials | the account pauses, the message waits | the same | the same |
/// | failed: nothing is known | it waits (a refusal provably was no SMS) | the same | another question |
///
/// The caller bounds the waiters: each holds the slot of its attempt.
package struct BalanceLook: Sendable {
    package enum Step: Equatable {
        /// An answer is at hand that lets the message wait.
        case known(BalanceAnswer)
        /// Ask the balance once and give the answer to `answered`; the refusal is kept until then.
        case start
        /// A question is under way; the refusal is kept until an answer serves it.
        case wait
    }

    /// The codes that speak of the message and of nothing else.
    package static let familiarCodes: Set<String> = ["NO_MESSAGE", "NO_PHONE", "BAD_PHONE"]

    private let keptFor: Duration
    private var last: (answer: BalanceAnswer, at: MonotonicInstant)?
    /// Refusals that came before the question under way was sent.
    private var earlier: [RefusedAttempt] = []
    /// Those that came since.
    private var later: [RefusedAttempt] = []
    package private(set) var isUnderWay = false

    /// - Parameter keptFor: how long an answer serves that lets messages wait.
    package init(keptFor: Duration = .seconds(10)) { self.keptFor = keptFor }

    package var waiterCount: Int { earlier.count + later.count }

    package mutating func ask(for refused: RefusedAttempt, at now: MonotonicInstant) -> Step {
        if isUnderWay {
            later.append(refused)
            return .wait
        }
        if let last, now - last.at < keptFor, !last.answer.covers(parts: refused.parts) { return .known(last.answer) }
        earlier.append(refused)
        isUnderWay = true
        return .start
    }

    /// The account pause wants an answer.
    ///
    /// - Returns: whether to ask; else the question under way serves it too.
    package mutating func ask() -> Bool {
        defer { isUnderWay = true }
        return !isUnderWay
    }

    /// The question has ended.
    ///
    /// - Returns: the refusals that the answer decides, in the order they came; and whether to ask once more, for the others.
    package mutating func answered(_ answer: BalanceAnswer, at now: MonotonicInstant) -> (served: [RefusedAttempt], asksAgain: Bool) {
        // A failure is no knowledge to keep: the next refusal asks again.
        last = answer == .failed ? nil : (answer, now)
        let served = earlier + later.filter { !answer.covers(parts: $0.parts) }
        earlier = later.filter { answer.covers(parts: $0.parts) }
        later = []
        isUnderWay = !earlier.isEmpty
        return (served, isUnderWay)
    }
}
