/// Why the worker is not ready: one thing at a time, what an operator would have to look at first.
package enum Hindrance: Equatable, Sendable {
    case draining
    /// - Parameter since: why it starts over, where it does.
    case reconnecting(since: String?)
    case reconnectingHangs
    case joining(since: String?)
    case refusedByGroup(String)
    case noBroker
    /// - Parameter partition: its name.
    case closed(partition: String, reason: String)
    case notRead(partition: String, reason: String)
    case ledgerNotRead(partition: String, reason: String)
    case restoring(Int)
    case commitsFail
    /// Over SMPP: the log of receipts could not be looked at once.
    case receiptsNotRead
    case tooManyBinds

    /// For `/readyz`, the log and whoever looks.
    package var sentence: String {
        switch self {
        case .draining: "draining"
        case .reconnecting(let since): "reconnecting to Kafka" + Self.after(since)
        case .reconnectingHangs: "reconnecting to Kafka: a call of its client did not return, another attempt is under way"
        case .joining(let since): "joining the group" + Self.after(since)
        case .refusedByGroup(let reason): "the group does not take this worker: \(reason)"
        case .noBroker: "no broker answers"
        case .closed(let partition, let reason): "partition \(partition) stays closed: \(reason)"
        case .notRead(let partition, let reason): "partition \(partition): \(reason)"
        case .ledgerNotRead(let partition, let reason): "partition \(partition): its ledger cannot be read: \(reason)"
        case .restoring(let count): "restoring \(count) partitions"
        case .receiptsNotRead: "the end of the receipts' topic (TOPICS_RECEIPTS) is not known yet: no partition opens before"
        case .tooManyBinds: "the message centre grants this account no further bind (SMPP)"
        case .commitsFail: "transactions fail: outcomes are kept and no attempt begins until one is through"
        }
    }

    private static func after(_ since: String?) -> String { since.map { ": it starts over, since \($0)" } ?? "" }
}
