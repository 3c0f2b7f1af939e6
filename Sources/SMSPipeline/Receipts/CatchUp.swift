package import Requests

/// What a restored partition, or a part that an operator has given an id, must know of receipts that were written before.
package struct CatchUp {
    package enum Asker: Equatable {
        /// Opened when the answer is here.
        case opening(PartitionKey, AssignmentID)
        /// An operator's word has given parts of this request their ids. They are not known to the book before the answer is here: what comes
        /// meanwhile is kept, and applied behind what came before.
        case resolved(PartitionKey, AssignmentID, RequestHash, ReceiptHold?)
    }

    package let asker: Asker
    package let ids: Set<RequestHash>
    package let from: ReceiptPosition
    /// What else is known of the log.
    package let known: [ReceiptPosition]

    package init(asker: Asker, ids: Set<RequestHash>, from: ReceiptPosition, known: [ReceiptPosition] = []) {
        self.asker = asker
        self.ids = ids
        self.from = from
        self.known = known
    }

    /// Another log stands under the same name.
    func moved(to position: ReceiptPosition) -> CatchUp { CatchUp(asker: asker, ids: ids, from: position) }

    /// Of a partition: from where its ledger says that all before is applied; under another topic, account or form of ids that says nothing,
    /// and then from where the first of its open requests began.
    package static func start(_ applied: LedgerCodec.AppliedReceipts?, fingerprint: UInt64, lowest: Int64) -> ReceiptPosition {
        if let applied, applied.fingerprint == fingerprint { return applied.position }
        return ReceiptPosition(next: lowest, timestamp: -1)
    }
}
