/// What an attempt ended in, by what can have happened.
package enum AttemptOutcome: Equatable, Sendable {
    /// The provider gave a message id.
    case accepted(Acceptance)
    /// An error code that is neither account, credit nor transient.
    case refused(code: String)
    /// Bad credentials, or no credit: the account is paused, the message waits.
    case account(AccountProblem, code: String)
    /// Provably no SMS: it never left, or the provider says "later" (`isAnswer`).
    case notSent(reason: String, retryAfter: Duration?, isAnswer: Bool)
    /// The lease ran out, or the assignment or the account, before a byte was written: not even an attempt.
    case notBegun
    /// Bytes left and no valid answer came.
    case unknown(reason: String)
    /// Over SMPP: what became of each part, in the order of `Submission.toSubmit`; those behind the last one did not begin.
    case parts([PartOutcome])

    /// The provider took it, or may have.
    package var mayHaveCost: Bool {
        switch self {
        case .accepted, .unknown: true
        case .refused, .account, .notSent, .notBegun: false
        case .parts(let outcomes): outcomes.contains { $0.gist.mayHaveCost }
        }
    }

    /// In the words of a whole message, for those who only ask how it went: by its last part.
    package var gist: AttemptOutcome {
        guard case .parts(let outcomes) = self else { return self }
        return outcomes.last?.gist ?? .notBegun
    }
}

/// What a refusal says of the account.
package enum AccountProblem: Equatable, Sendable { case credentials, credit }
