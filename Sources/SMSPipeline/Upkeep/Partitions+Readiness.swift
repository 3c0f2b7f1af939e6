internal import Requests

extension Partitions {
    /// Why the worker is not ready, in one sentence; nil: it is.
    func unreadiness(_ life: borrowing SessionLife, isCommitStuck: Bool) -> String? {
        if life.isDraining { return "draining" }
        if life.session == nil {
            return life.isOpeningStuck
                ? "reconnecting to Kafka: a call of its client did not return, another attempt is under way"
                : "reconnecting to Kafka" + Self.after(life)
        }
        if !isJoined {
            return life.groupRefusal.map { "the group does not take this worker: \($0)" } ?? "joining the group" + Self.after(life)
        }
        if life.brokersGoneSince != nil { return "no broker answers" }
        var restoring = 0
        for assignment in inOrder {
            // Also while it is looked at again.
            if let reason = assignment.closedReason { return "partition \(assignment.name) stays closed: \(reason)" }
            if assignment.phase == .restoring { restoring += 1 }
        }
        for assignment in inOrder {
            if let reason = assignment.readingFails { return "partition \(assignment.name): \(reason)" }
        }
        for assignment in inOrder where assignment.phase == .restoring {
            if let reason = assignment.restoreFails { return "partition \(assignment.name): its ledger cannot be read: \(reason)" }
        }
        if restoring > 0 { return "restoring \(restoring) partitions" }
        return isCommitStuck ? "transactions fail: outcomes are kept and no attempt begins until one is through" : nil
    }

    private static func after(_ life: borrowing SessionLife) -> String { life.startedOverFor.map { ": it starts over, since \($0)" } ?? "" }
}
