package import Requests
package import Time

/// What whoever runs the pipeline may see of it: for tests and the simulator. Nothing in the worker decides by it.
extension Pipeline {
    /// Where its gates and queues stand.
    package struct Look {
        package let isSendingAllowed: Bool
        package let isDraining: Bool
        package let isGivingBack: Bool
        package let hasSession: Bool
        package let isReadingStopped: Bool
        package let isCommitStuck: Bool
        package let freeSlots: Int
        package let waiting: Int
        package let held: Int
        package let running: Int
        package let tracked: Int
        package let intents: Int
        package let timers: Int
        package let facts: Int
        /// When the transaction that is under way was begun.
        package let commitBegan: MonotonicInstant?
    }

    package var look: Look {
        Look(
            isSendingAllowed: shut == nil, isDraining: life.isDraining, isGivingBack: partitions.revoke != nil,
            hasSession: life.session != nil,
            isReadingStopped: partitions.inOrder.contains { $0.isFull }, isCommitStuck: commits.isStuck, freeSlots: attempts.free,
            waiting: queue.waiting,
            held: queue.count(.held), running: attempts.count, tracked: tracker.count, intents: queue.stocked, timers: queue.timerCount,
            facts: attempts.factCount,
            commitBegan: commits.underWay?.leaseStart)
    }

    /// Why sending is not allowed, in one word; nil: it is.
    package var shutGate: String? { shut?.rawValue }

    /// Nothing is queued, under way or restoring.
    package var isAtRest: Bool {
        life.session != nil && partitions.isJoined && commits.isEmpty && attempts.count == 0 && tracker.pollCount == 0
            && partitions.revoke == nil && partitions.inOrder.allSatisfy { $0.phase == .open }
    }

    package func isOpen(_ partition: PartitionKey) -> Bool { partitions[partition]?.phase == .open }

    package var openPartitions: [PartitionKey] { partitions.inOrder.compactMap { $0.phase == .open ? $0.key : nil } }

    /// Why a partition is kept closed; nil: it is not.
    package func closedReason(of partition: PartitionKey) -> String? { partitions[partition]?.closedReason }

    /// The next offset that it reads there; nil: it does not.
    package func position(in partition: PartitionKey) -> Int64? {
        partitions[partition].flatMap { $0.phase == .open ? $0.position.next : nil }
    }

    package struct AttemptLook {
        package let mark: UInt64
        package let partition: PartitionKey
        package let offset: Int64
        /// It has taken a right to a retry (`RetryBudget`).
        package let isRetry: Bool
    }

    /// What a submission is the attempt of.
    package func attempt(tag: UInt64) -> AttemptLook? {
        guard let attempt = attempts[tag], let request = attempt.request else { return nil }
        return AttemptLook(mark: attempt.mark, partition: request.assignment.key, offset: request.entry.offset, isRetry: request.isRetry)
    }

    package struct WaitingLook {
        package let partition: PartitionKey
        package let offset: Int64
        package let isPriority: Bool
        package let isRetry: Bool
        /// Its intent is under way to Kafka: it keeps its place, and nobody can take its turn.
        package let isBeingWritten: Bool
    }

    /// Visits the requests that could be sent if it were their turn, and those whose intent is being written for it.
    package func visitEligible(_ body: (WaitingLook) -> Void) {
        for assignment in partitions.inOrder where assignment.phase == .open {
            for case .active(let request) in assignment.live.values {
                switch request.place {
                case .runnable where startTime(request) <= wallNow, .stock, .intentQueued:
                    body(
                        WaitingLook(
                            partition: assignment.key, offset: request.entry.offset, isPriority: request.entry.isPriority,
                            isRetry: request.isRetry, isBeingWritten: request.place == .intentQueued))
                case .runnable, .behindKey, .timer, .running, .held, .gone: break
                }
            }
        }
    }

    /// How many stand behind an earlier one of their key.
    package var behindKeys: Int {
        partitions.inOrder.reduce(0) { sum, assignment in
            sum
                + assignment.live.values.count {
                    if case .active(let request) = $0 { request.place == .behindKey } else { false }
                }
        }
    }

    /// Lets go of everything, as the end of a process does: requests and their assignments name each other.
    package func release() {
        for assignment in partitions.inOrder {
            assignment.live = [:]
        }
        queue = SendQueue(slots: settings.send.maxInFlight)
        _ = commits.dropAll(at: now)
        attempts.release()
        partitions.removeAll()
        life.release()
        gateway.mayBegin = { _ in false }
        gateway.receive = { _ in }
    }

    // MARK: Memory and ledger

    /// Where memory differs from what the ledger of a partition says; for a pipeline at rest. One sentence each.
    package func differences(from ledger: RestoredLedger, of partition: PartitionKey) -> [String] {
        guard let assignment = partitions[partition], assignment.phase == .open else { return ["\(partition) is not open here"] }
        var differences: [String] = []
        var seen = 0
        for entry in ledger.active {
            let hash = RequestHash(id: entry.echo.id)
            guard case .active(let request) = assignment.live[hash] else {
                differences.append("offset \(entry.offset) is \(entry.state) in the ledger, and not in memory")
                continue
            }
            seen += 1
            if request.entry != entry { differences.append("offset \(entry.offset): \(entry.state) in the ledger, other in memory") }
        }
        for message in ledger.tracked {
            guard case .tracked(let handle) = assignment.live[message.hash] else {
                differences.append("a message is tracked in the ledger, and not in memory")
                continue
            }
            seen += 1
            if tracker.message(handle)?.value != message.value { differences.append("a tracked message differs from the ledger") }
        }
        if seen != assignment.live.count {
            differences.append("\(assignment.live.count) ids are open in memory, \(seen) of them in the ledger")
        }
        let windowStart = wallNow - settings.dedupWindow.milliseconds
        var closed = 0
        ledger.closed.visitAll { hash, second in
            if assignment.dedup.contains(hash) {
                closed += 1
            } else if Int64(second) * 1_000 > windowStart {
                differences.append("an id within its window is closed in the ledger, and not in memory")
            }
        }
        if closed != assignment.dedup.count {
            differences.append("\(assignment.dedup.count) ids are closed in memory, \(closed) of them in the ledger")
        }
        return differences
    }
}
