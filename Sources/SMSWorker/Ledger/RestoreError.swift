internal import Kafka

/// A ledger could not be read.
enum RestoreError: Error, Sendable, CustomStringConvertible {
    case kafka(KafkaError)
    case ledger(LedgerError)
    case cancelled

    var description: String {
        switch self {
        case .kafka(let error): error.description
        case .ledger(let error): error.description
        case .cancelled: "the partition was given back meanwhile"
        }
    }

    /// The request topic has grown and its ledger has not.
    var isMissingLedger: Bool { if case .kafka(let error) = self { error.isUnknownTopic } else { false } }

    var isBrokerTrouble: Bool { if case .kafka = self { true } else { false } }
}
