/// What can be wrong with a record of a ledger topic.
package enum LedgerError: Error, Equatable, Sendable, CustomStringConvertible {
    case malformed
    case unknownVersion(UInt8)
    /// The record of how far the partition was read is another group's.
    case otherGroup

    package var description: String {
        switch self {
        case .malformed: "a ledger record that this worker did not write, or a damaged one"
        case .unknownVersion(let version): "a ledger record of format \(version), written by a newer worker"
        case .otherGroup: "the record of another group"
        }
    }
}
