package import Requests

/// A ledger could not be read.
package enum RestoreError: Error, Sendable, CustomStringConvertible {
    case kafka(BrokerError)
    /// What stands in the ledger cannot be understood, and guessing would break the guarantees.
    ///
    /// - Parameter offset: of the record in the ledger's partition.
    case ledger(LedgerError, offset: Int64)
    case cancelled

    package var description: String {
        switch self {
        case .kafka(let error) where error.isDamagedLog:
            "its ledger's log is damaged on the broker's disk (\(error.description)): nothing of it is taken until a replica has it whole"
        case .kafka(let error): error.description
        case .ledger(let error, let offset):
            "its ledger cannot be read: \(error.description), at offset \(offset) of the ledger: " + Self.remedy(error, offset)
        case .cancelled: "the partition was given back meanwhile"
        }
    }

    private static func remedy(_ error: LedgerError, _ offset: Int64) -> String {
        switch error {
        case .malformed: "`rocketsms-worker ledger forget --offset \(offset)`, with topic and partition, takes it out"
        case .otherGroup:
            "where no worker of that group will come back, `rocketsms-worker ledger forget --offset \(offset) --other-group` takes it out"
        case .unknownVersion: "this one knows formats up to \(LedgerCodec.submissionVersion); run that worker again, or a newer one"
        }
    }

    /// The request topic has grown and its ledger has not.
    package var isMissingLedger: Bool { if case .kafka(let error) = self { error.isMissingTopic } else { false } }

    /// It does not go by itself within seconds.
    package var isDamage: Bool {
        switch self {
        case .kafka(let error): error.isDamagedLog
        case .ledger: true
        case .cancelled: false
        }
    }

    package var isBrokerTrouble: Bool { if case .kafka(let error) = self { error.isBrokerTrouble } else { false } }
}
