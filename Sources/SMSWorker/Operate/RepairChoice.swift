internal import Requests
internal import SMSPipeline

/// Where a partition whose offset is lost goes on: the operator's word.
package enum RepairChoice: String, CaseIterable, Sendable {
    /// Where the ledger says that reading had come to, or where it is empty the group's offset: nothing is sent again.
    case ledger
    /// The oldest request that the topic still has: what the dedup window no longer knows is sent again.
    case earliest
    /// Behind the newest request: what stands between is never sent.
    case latest

    /// The offset to go on at, or the reason why this choice is none.
    ///
    /// - Parameter restore: of a partition that a worker keeps closed.
    func offset(_ restore: PartitionRestore) -> Result<Int64, RepairRefusal> {
        switch self {
        case .earliest: return .success(restore.low)
        case .latest: return .success(restore.high)
        case .ledger:
            let recorded = restore.ledger.isUsed ? restore.ledger.recordedOffset : restore.committed ?? restore.ledger.recordedOffset
            guard (restore.low...restore.high).contains(recorded) else {
                return .failure(
                    RepairRefusal("the ledger's offset \(recorded) lies outside the log, \(restore.low) to \(restore.high): choose another")
                )
            }
            return .success(recorded)
        }
    }
}

/// Why a partition was not repaired: the end of a sentence.
struct RepairRefusal: Error, Equatable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
