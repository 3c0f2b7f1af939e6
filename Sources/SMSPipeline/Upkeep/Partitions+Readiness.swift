internal import Requests

extension Partitions {
    /// Why the worker is not ready; nil: it is.
    func hindrance(_ life: borrowing SessionLife, isCommitStuck: Bool) -> Hindrance? {
        if life.isDraining { return .draining }
        if life.session == nil { return life.isOpeningStuck ? .reconnectingHangs : .reconnecting(since: life.startedOverFor) }
        if !isJoined { return life.groupRefusal.map { .refusedByGroup($0) } ?? .joining(since: life.startedOverFor) }
        if life.brokersGoneSince != nil { return .noBroker }
        var restoring = 0
        for assignment in inOrder {
            // Also while it is looked at again.
            if let reason = assignment.closedReason { return .closed(partition: assignment.name, reason: reason) }
            if assignment.phase == .restoring { restoring += 1 }
        }
        for assignment in inOrder {
            if let reason = assignment.readingFails { return .notRead(partition: assignment.name, reason: reason) }
        }
        for assignment in inOrder where assignment.phase == .restoring {
            if let reason = assignment.restoreFails { return .ledgerNotRead(partition: assignment.name, reason: reason) }
        }
        if restoring > 0 { return .restoring(restoring) }
        return isCommitStuck ? .commitsFail : nil
    }
}
