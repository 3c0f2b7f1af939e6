import Requests
import SMSPipeline
import SMSWorker
import Time

/// An offset sent into a transaction whose end has not reached the group's offsets.
struct PendingOffset {
    let log: Int
    var offset: Int64
    let transaction: Int32
    /// When the broker took it: of two transactions the later one wins, whichever marker lands last.
    var order: Int
}

/// The group's offsets.
extension Cluster {
    func committedOffset(group: String, topic: String, partition: Int32) -> Int64? {
        guard group == options.group, let log = log(topic, partition) else { return nil }
        return committed[log.index]
    }

    /// Member and generation are checked, in any state of the group; who owns the partitions is not (KIP-447).
    func commitOffsets(
        _ producer: Int, _ epoch: Int32, _ offsets: [(log: Int, offset: Int64)], by member: Membership, instanceID: String?
    ) -> BrokerCode {
        guard producers[producer].epoch == epoch else { return .invalidProducerEpoch }
        let current = producers[producer].current
        guard producers[producer].state == .open, transactions[Int(current)].hasOffsets else { return .invalidTransactionState }
        let standing = group.check(memberID: member.memberID, generation: member.generation, instanceID: instanceID)
        // A client that names neither member nor generation is believed, beside living members too.
        let isUnknown = member.generation < 0 && member.memberID.isEmpty && instanceID == nil
        guard isUnknown || standing == .none else { return standing }
        offsetOrder += 1
        for (log, offset) in offsets {
            if let index = pending.firstIndex(where: { $0.log == log && $0.transaction == current }) {
                pending[index].offset = offset
                pending[index].order = offsetOrder
            } else {
                pending.append(PendingOffset(log: log, offset: offset, transaction: current, order: offsetOrder))
            }
        }
        return .none
    }

    func landOffsets(_ transaction: Int32, isCommit: Bool) {
        for entry in pending where entry.transaction == transaction && isCommit && entry.order > committedOrder[entry.log] {
            committed[entry.log] = entry.offset
            committedOrder[entry.log] = entry.order
        }
        pending.removeAll { $0.transaction == transaction }
    }

    /// With stable offsets required: no answer while a transaction's offsets are pending.
    func stableOffset(_ log: Int) -> (isStable: Bool, offset: Int64?) {
        (!pending.contains { $0.log == log }, committed[log])
    }
}
