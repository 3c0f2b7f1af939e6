package import Requests

/// A POST under way. It outlives the assignment that began it: what the provider answers stays a fact.
package final class Attempt {
    package let mark: UInt64
    /// Nil once the assignment has ended (until a restore in this process finds the entry again).
    package var request: PendingRequest?
    /// What the message costs, in SMS parts; a template of unknown text counts as one.
    package let parts: Int
    /// The pace's, given back with the outcome; over SMPP with each part's, and then it is the next one's.
    package var permit: Pace.Permit
    /// Nil where a message goes out whole.
    package var underWay: PartsUnderWay?
    /// Nil where no trace is recorded.
    package let traced: TracedAttempt?

    package init(mark: UInt64, request: PendingRequest, permit: Pace.Permit, traced: TracedAttempt? = nil) {
        self.mark = mark
        self.permit = permit
        self.request = request
        self.traced = traced
        parts = request.entry.leastParts
    }
}

/// The parts of one attempt, one after another.
package struct PartsUnderWay {
    /// The attempt's.
    package let tag: UInt64
    package let partition: PartitionKey
    package let hash: RequestHash
    /// Of the request's record.
    package let offset: Int64
    /// Those that it submits, in this order.
    package let toSubmit: [Int]
    let hold: ReceiptHold
    package var outcomes: [PartOutcome] = []

    init(_ tag: UInt64, of request: PendingRequest, _ submission: Submission, _ hold: ReceiptHold) {
        self.tag = tag
        partition = request.assignment.key
        hash = request.hash
        offset = request.entry.offset
        self.hold = hold
        toSubmit = submission.toSubmit
    }

    /// Nil: all have their outcome.
    package var current: Int? { outcomes.count < toSubmit.count ? toSubmit[outcomes.count] : nil }

    /// In words of the attempt.
    package var outcome: AttemptOutcome { outcomes.isEmpty ? .notBegun : .parts(outcomes) }

    /// A receipt's word on a part that this attempt brought to the provider.
    ///
    /// - Returns: whether it says anything new; nil: the part is none of these.
    mutating func learn(_ part: Int, _ status: MessageStatus) -> Bool? {
        guard let index = toSubmit.firstIndex(of: part), outcomes.indices.contains(index),
            case .accepted(let id, let known) = outcomes[index]
        else { return nil }
        guard !known.isFinal, status > known else { return false }
        outcomes[index] = .accepted(id: id, status: status)
        return true
    }
}
