internal import Requests
package import Time

/// The account's templates: so that a message that names one has its parts before it costs, and a name that the account does not have is
/// said. No source says what the provider does with such a name; it may send the name.
///
/// The list is asked for once at start, and every ten minutes where requests name templates. No message waits for it.
package struct TemplateList: Sendable {
    package enum Look: Equatable, Sendable {
        /// The list was never had.
        case notKnown
        case parts(UInt8)
        case missing
    }

    /// By name; nil: never had.
    private var parts: [[UInt8]: UInt8]?
    private var question: AccountListQuestion
    private var wasAsked = false
    private var isUsed = false

    package init(at now: MonotonicInstant) { question = AccountListQuestion(at: now) }

    /// - Returns: whether to ask for the list now; the answer goes to `answered`.
    package mutating func isDue(at now: MonotonicInstant) -> Bool {
        guard isUsed || !wasAsked, question.isDue(at: now) else { return false }
        wasAsked = true
        return true
    }

    /// - Returns: whether anybody misses what was not answered.
    package mutating func answered(_ answer: TemplatesAnswer, at now: MonotonicInstant) -> Bool {
        if case .known(let known) = answer { parts = known }
        question.answered(isKnown: answer.isKnown, at: now)
        return isUsed && !answer.isKnown
    }

    package mutating func look(_ name: [UInt8]) -> Look {
        isUsed = true
        guard let parts else { return .notKnown }
        return parts[name].map { .parts($0) } ?? .missing
    }
}
