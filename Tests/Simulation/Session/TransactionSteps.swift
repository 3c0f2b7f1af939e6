import SMSWorker

/// The order of a transaction's calls, and where each failure leads.
struct TransactionSteps {
    enum Call {
        /// Make another producer of the same name.
        case renew
        case begin
        case produce
        /// Until every record is acknowledged.
        case flush
        case sendOffsets
        case commit
        case abort(then: CommitResult)
        /// No call any more.
        case end(CommitResult)
    }

    enum Fault {
        case slow
        case refused
        case membership
        case fenced
        case rivalInstance
        case endedFromOutside
    }

    private(set) var call: Call

    init(mayBegin: Bool) { call = mayBegin ? .begin : .renew }

    mutating func done() {
        switch call {
        case .renew: call = .begin
        case .begin: call = .produce
        case .produce: call = .flush
        case .flush: call = .sendOffsets
        case .sendOffsets: call = .commit
        case .commit: call = .end(.committed)
        case .abort(let result): call = .end(result)
        case .end: break
        }
    }

    mutating func failed(_ fault: Fault, _ error: BrokerError) {
        switch (call, fault) {
        case (.end, _): break
        case (.renew, _): call = .end(.aborted(error))
        case (_, .endedFromOutside): call = .end(.fenced(error))
        case (_, .fenced): call = .end(.fenced(error))
        case (_, .rivalInstance): call = .end(.rival(error))
        case (.sendOffsets, .slow), (.commit, .slow), (.abort, .slow): break
        case (.abort, _): call = .end(.fenced(error))
        case (_, .membership): call = .abort(then: .membership(error))
        case (_, .slow), (_, .refused): call = .abort(then: .aborted(error))
        }
    }
}

extension TransactionSteps.Fault {
    init(_ error: BrokerError) {
        if error.name == "INVALID_TXN_STATE" {
            self = .endedFromOutside
            return
        }
        self =
            switch error.kind {
            case .fenced, .fatal: .fenced
            case .fencedInstance: .rivalInstance
            case .membership: .membership
            case .retriable: .slow
            case .abortable, .other: .refused
            }
    }
}
