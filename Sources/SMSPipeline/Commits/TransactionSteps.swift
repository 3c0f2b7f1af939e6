/// The order of a transaction's calls, and where each failure leads. A pure value: whoever makes the calls asks it what comes next.
///
/// Begin, produce, flush, await the transaction before it, send the offsets, commit; or abort. ● The offsets go in when every record is
/// acknowledged: were the transaction ended from outside between the two, they would be committed without what belongs to them. ● They go in,
/// and it ends, only when the one before it is committed: else what comes later would be seen first, or alone. ● A producer with a request that got no answer
/// is made anew before: a copy of that request would end or change the transaction that it meets (KAFKA-17754).
package struct TransactionSteps<Failure: Error> {
    package enum Call {
        /// Make another producer of the same name.
        case renew
        case begin
        case produce
        /// Until every record is acknowledged.
        case flush
        /// Until the transaction that was under way when it began is committed.
        case awaitTurn
        case sendOffsets
        case commit
        case abort(then: CommitResult<Failure>)
        /// No call any more.
        case end(CommitResult<Failure>)
    }

    /// What a call's failure means for the transaction.
    package enum Fault: Sendable {
        /// The broker only was slow: the same call may be made again.
        case slow
        /// Whatever else lets the transaction be aborted and tried again.
        case refused
        /// The group has gone on without this member's generation.
        case membership
        case fenced
        /// A living rival has this worker's instance id.
        case rivalInstance
        /// The broker knows the transaction in another state: a late request has ended it.
        case endedFromOutside
    }

    package enum Answer {
        case done
        case failed(Fault, Failure)
    }

    /// The call to make now.
    package private(set) var call: Call

    /// - Parameter mayBegin: every request of the producer's earlier transactions was answered.
    package init(mayBegin: Bool) { call = mayBegin ? .begin : .renew }

    @discardableResult
    package mutating func next(after answer: Answer) -> Call {
        switch answer {
        case .done: call = following
        case .failed(let fault, let failure): call = leaving(fault, failure)
        }
        return call
    }

    private var following: Call {
        switch call {
        case .renew: .begin
        case .begin: .produce
        case .produce: .flush
        case .flush: .awaitTurn
        case .awaitTurn: .sendOffsets
        case .sendOffsets: .commit
        case .commit: .end(.committed)
        case .abort(let result): .end(result)
        case .end: call
        }
    }

    private func leaving(_ fault: Fault, _ failure: Failure) -> Call {
        switch (call, fault) {
        case (.end, _): call
        // Nothing has begun, whatever the reason is: the same operations again, later.
        case (.renew, _): .end(.aborted(failure))
        case (.awaitTurn, _): .abort(then: .withdrawn)
        case (_, .endedFromOutside): .end(.fateOpen(failure))
        case (_, .fenced): .end(.fenced(failure))
        case (_, .rivalInstance): .end(.rival(failure))
        case (.sendOffsets, .slow), (.commit, .slow), (.abort, .slow): call
        case (.abort, _): .end(.fenced(failure))
        case (_, .membership): .abort(then: .membership(failure))
        case (_, .slow), (_, .refused): .abort(then: .aborted(failure))
        }
    }
}

extension TransactionSteps: Sendable where Failure: Sendable {}
extension TransactionSteps: Equatable where Failure: Equatable {}
extension TransactionSteps.Call: Sendable where Failure: Sendable {}
extension TransactionSteps.Call: Equatable where Failure: Equatable {}
extension TransactionSteps.Answer: Sendable where Failure: Sendable {}
