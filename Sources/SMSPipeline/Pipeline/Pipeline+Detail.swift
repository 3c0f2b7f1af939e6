internal import Requests
package import Time

/// What is said to whoever looks: nothing of it is counted while nobody asks.
extension Pipeline {
    /// - Parameter ends: where the logs of partitions end, as far as that is known.
    package func detail(ends: [PartitionKey: Int64], at clock: Now) -> PipelineDetail {
        set(clock)
        var detail = PipelineDetail()
        detail.health = healthReport()
        detail.priority = lane(isPriority: true)
        detail.bulk = lane(isPriority: false)
        detail.posts.running = attempts.count
        detail.posts.most = settings.send.maxInFlight
        detail.polls.running = tracker.pollCount
        detail.polls.most = tracker.slots
        detail.partitions = partitions.inOrder.map { show($0, end: ends[$0.key]) }
        detail.ages = tracker.ages(at: now)
        return detail
    }

    /// What is known of receipts; nil: not over SMPP, or their log was not looked at yet.
    package func receiptFigures() -> ReceiptFigures? {
        guard let book = door.desk.book else { return nil }
        let applied = partitions.inOrder.lazy.filter { $0.phase == .open }.compactMap { self.door.desk.applied(to: $0.key)?.position.next }
        return ReceiptFigures(
            next: book.tail.next, applied: applied.min(), kept: book.keptCount, claimed: book.claimed, mismatches: book.mismatches)
    }

    private func lane(isPriority: Bool) -> PipelineDetail.Lane {
        var lane = PipelineDetail.Lane()
        for place in PendingRequest.Place.allCases where place.isWaiting { lane.waiting += queue.count(place, isPriority: isPriority) }
        lane.stocked = queue.stocked(isPriority: isPriority)
        lane.running = queue.count(.running, isPriority: isPriority)
        return lane
    }

    private func show(_ assignment: Assignment, end: Int64?) -> PipelineDetail.Partition {
        let state: PipelineDetail.Partition.State =
            switch assignment.phase {
            case .restoring: assignment.closedReason == nil ? .restoring : .closed
            case .open: .open
            case .closed: .closed
            case .draining: .draining
            }
        return PipelineDetail.Partition(
            key: assignment.key, state: state, reason: assignment.closedReason ?? assignment.readingFails ?? assignment.restoreFails,
            waiting: assignment.waiting, lag: end.flatMap { distance(of: assignment, to: $0) })
    }
}
