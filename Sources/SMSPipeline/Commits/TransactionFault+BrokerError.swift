extension TransactionSteps<BrokerError>.Fault {
    package init(_ error: BrokerError) {
        // Before the kinds: it is flagged abortable by a Produce, fatal by the other requests, and means the same.
        if error.isTransactionState {
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
