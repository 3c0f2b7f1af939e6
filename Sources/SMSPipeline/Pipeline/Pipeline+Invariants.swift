internal import Requests

/// What must hold between any two turns: every counter against what it counts, every index against what it names, and nothing kept in
/// memory that is not open. The simulator asks after each turn; a debug build asserts it while there is little to count.
extension Pipeline {
    /// One sentence for each thing that does not hold.
    package func checkInvariants() -> [String] {
        var wrong: [String] = []
        var census = Census()
        for assignment in partitions.inOrder { count(assignment, into: &census, &wrong) }
        expect(queue.waiting, census.waiting, "waiting requests", &wrong)
        expect(queue.count(.held), census.held, "held requests", &wrong)
        expect(queue.count(.stock), census.stock, "committed intents", &wrong)
        expect(queue.keyCount, census.heads, "lines of keys", &wrong)
        expect(tracker.count, census.tracked, "tracked messages", &wrong)
        checkIntents(&wrong)
        checkBatches(&wrong)
        if door.desk.isOn { checkReceipts(&wrong) }
        if queue.timerCount > 4 * queue.waiting + Self.timerSlack {
            wrong.append("there are \(queue.timerCount) timers for \(queue.waiting) waiting requests")
        }
        queue.invariants(&wrong)
        gates.invariants(attempts: attempts.count, polls: tracker.pollCount, &wrong)
        attempts.invariants(&wrong)
        tracker.invariants(&wrong)
        commits.invariants(&wrong)
        partitions.invariants(life, &wrong)
        life.invariants(&wrong)
        return wrong
    }

    /// Timers that may be left of requests that wait no more, beside one for each that waits.
    package static let timerSlack = 64

    /// Where a debug build stops asserting: tests with a hundred thousand requests would count for ever.
    private static let assertedSize = 256

    /// For `assert` at the end of a turn.
    func holdsInvariants() -> Bool {
        let size = partitions.inOrder.reduce(0) { $0 + $1.live.count }
        guard size <= Self.assertedSize, queue.timerCount <= Self.assertedSize else { return true }
        return checkInvariants().isEmpty
    }

    private struct Census {
        var waiting = 0
        var heads = 0
        var held = 0
        var stock = 0
        var tracked = 0
    }

    private func expect(_ counter: Int, _ counted: Int, _ what: @autoclosure () -> String, _ wrong: inout [String]) {
        if counter != counted { wrong.append("\(what()): the counter says \(counter), there are \(counted)") }
    }

    // MARK: One partition

    private func count(_ assignment: Assignment, into census: inout Census, _ wrong: inout [String]) {
        var heads: Set<RequestHash> = []
        var behind: Set<RequestHash> = []
        var waiting = 0
        var bytes = 0
        var scheduled = 0
        if !assignment.isAlive { wrong.append("\(assignment.name): ended, and still assigned") }
        for (hash, open) in assignment.live {
            if assignment.dedup.contains(hash) { wrong.append("\(assignment.name): an id is open and closed") }
            switch open {
            case .tracked(let handle):
                census.tracked += 1
                if tracker.message(handle)?.hash != hash { wrong.append("\(assignment.name): a tracked id leads to another message") }
            case .active(let request):
                if request.hash != hash || request.assignment !== assignment { wrong.append("\(assignment.name): an id leads elsewhere") }
                count(request, into: &census, &wrong)
                if request.place.isWaiting {
                    waiting += 1
                    bytes += request.weight
                    if request.isScheduled { scheduled += 1 }
                }
                guard let key = request.orderHash, request.place != .held, request.place != .gone else { continue }
                if request.place == .behindKey {
                    behind.insert(key)
                } else if !heads.insert(key).inserted {
                    wrong.append("\(assignment.name): two requests of a key are ahead of the others")
                }
            }
        }
        if !behind.isSubset(of: heads) { wrong.append("\(assignment.name): a request waits behind its key, and nobody is ahead of it") }
        expect(assignment.waiting, waiting, "\(assignment.name): waiting requests", &wrong)
        expect(assignment.waitingBytes, bytes, "\(assignment.name): bytes of waiting requests", &wrong)
        expect(assignment.scheduled, scheduled, "\(assignment.name): requests that wait for their sendAt", &wrong)
        census.heads += heads.count
        var operations = 0
        commits.visitBatches { batch in
            for (index, owner) in batch.owners.enumerated() where owner === assignment { operations += batch.operationCounts[index] }
        }
        expect(assignment.pendingOperations, operations, "\(assignment.name): pending operations", &wrong)
        let running = attempts.running(of: assignment)
        expect(assignment.running, running, "\(assignment.name): POSTs under way", &wrong)
    }

    private func count(_ request: PendingRequest, into census: inout Census, _ wrong: inout [String]) {
        let waits: Bool
        let state: LedgerEntry.State
        switch request.place {
        case .behindKey, .timer, .runnable: (waits, state) = (true, .waiting)
        case .intentQueued, .running: (waits, state) = (false, .sending)
        case .stock:
            (waits, state) = (false, .sending)
            census.stock += 1
        case .held:
            (waits, state) = (false, .held)
            census.held += 1
        case .gone:
            wrong.append("\(request.assignment.name): a request is open and gone")
            return
        }
        if request.entry.state != state { wrong.append("a request that is \(request.place) is \(request.entry.state) in its entry") }
        if waits { census.waiting += 1 }
    }

    // MARK: What is to be committed

    private func checkIntents(_ wrong: inout [String]) {
        var intents = 0
        var strict = 0
        commits.visitBatches { batch in
            for case (_, .intent(let request, let mark)) in batch.completions
            where request.place == .intentQueued && request.entry.mark == mark {
                intents += 1
                if (request.entry.policy ?? settings.send.onUnknown) != .resend { strict += 1 }
            }
        }
        expect(queue.count(.intentQueued), intents, "intents to be committed", &wrong)
        expect(queue.queuedStrictIntents, strict, "intents to be committed that are not to be sent again", &wrong)
    }

    private func checkBatches(_ wrong: inout [String]) {
        commits.visitBatches { batch in
            var recorded: [Int32] = []
            for record in batch.content.records where record.key?.isEmpty == true {
                if recorded.contains(record.owner) {
                    wrong.append("a batch records how far a partition was read more than once")
                    break
                }
                recorded.append(record.owner)
            }
        }
    }
}
