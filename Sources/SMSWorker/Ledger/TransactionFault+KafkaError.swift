internal import Kafka

extension TransactionSteps<KafkaError>.Fault {
    init(_ error: KafkaError) {
        // Before the classes: it is flagged abortable by a Produce, fatal by the other requests, and means the same.
        if error.isTransactionState {
            self = .endedFromOutside
            return
        }
        self =
            switch error.classification {
            case .fenced, .fatal: .fenced
            case .fencedInstance: .rivalInstance
            case .membership: .membership
            case .retriable: .slow
            case .abortable, .other: .refused
            }
    }
}
