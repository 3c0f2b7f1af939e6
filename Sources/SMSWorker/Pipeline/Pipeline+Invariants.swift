internal import EventLoop

/// What must hold between any two turns: every counter against what it counts, every index against what it names, and nothing kept in
/// memory that is not open. The simulator asks after each turn; a debug build asserts it while there is little to count.
extension Pipeline {
    /// One sentence for each thing that does not hold.
    package func checkInvariants() -> [String] {
        var wrong: [String] = []
        var census = Census()
        for assignment in assignments.values { count(assignment, into: &census, &wrong) }
        expect(waitingCount, census.waiting, "waiting requests", &wrong)
        expect(scheduledCount, census.scheduled, "requests that wait for their sendAt", &wrong)
        expect(heldCount, census.held, "held requests", &wrong)
        expect(stockCount, census.stock, "committed intents", &wrong)
        expect(tracked.count, census.tracked, "tracked messages", &wrong)
        expect(runningCount, attempts.count, "POSTs under way", &wrong)
        checkIntents(&wrong)
        checkBatches(&wrong)
        if timers.count > 2 * waitingCount + Self.timerSlack {
            wrong.append("there are \(timers.count) timers for \(waitingCount) waiting requests")
        }
        if pollsInFlight.count > configuration.track.maxInFlight { wrong.append("\(pollsInFlight.count) polls are under way") }
        return wrong
    }

    /// Timers that may be left of requests that wait no more, beside one for each that waits.
    package static let timerSlack = 64

    /// Where a debug build stops asserting: tests with a hundred thousand requests would count for ever.
    private static let assertedSize = 256

    // Batches are looked at one by one, the one under way first: a list of all would be copied for each partition at each turn.

    /// For `assert` at the end of a turn.
    func holdsInvariants() -> Bool {
        let size = assignments.values.reduce(0) { $0 + $1.open.count }
        guard size <= Self.assertedSize, timers.count <= Self.assertedSize else { return true }
        return checkInvariants().isEmpty
    }

    private struct Census {
        var waiting = 0
        var scheduled = 0
        var held = 0
        var stock = 0
        var tracked = 0
    }

    private func expect(_ counter: Int, _ counted: Int, _ what: @autoclosure () -> String, _ wrong: inout [String]) {
        if counter != counted { wrong.append("\(what()): the counter says \(counter), there are \(counted)") }
    }

    // MARK: One partition

    private func count(_ assignment: Assignment, into census: inout Census, _ wrong: inout [String]) {
        var heads = 0
        var behind = 0
        var linked = 0
        if !assignment.isAlive { wrong.append("\(assignment.name): ended, and still assigned") }
        for (hash, open) in assignment.open {
            if assignment.closed.closedSecond(hash) != nil { wrong.append("\(assignment.name): an id is open and closed") }
            switch open {
            case .tracked(let handle):
                census.tracked += 1
                if tracked[handle]?.hash != hash { wrong.append("\(assignment.name): a tracked id leads to another message") }
            case .active(let request):
                if request.hash != hash || request.assignment !== assignment { wrong.append("\(assignment.name): an id leads elsewhere") }
                count(request, into: &census, &wrong)
                guard request.orderHash != nil, request.place != .held, request.place != .gone else { continue }
                if request.place == .behindKey {
                    behind += 1
                } else {
                    heads += 1
                    linked += follow(request, &wrong)
                }
            }
        }
        expect(assignment.lastWithKey.count, heads, "\(assignment.name): lines of keys", &wrong)
        expect(linked, behind, "\(assignment.name): requests behind their key", &wrong)
        var operations = 0
        for index in -1..<commits.batches.count {
            guard let batch = index < 0 ? commitUnderWay?.batch : commits.batches[index] else { continue }
            for (index, owner) in batch.owners.enumerated() where owner === assignment { operations += batch.operationCounts[index] }
        }
        expect(assignment.pendingOperations, operations, "\(assignment.name): pending operations", &wrong)
        let running = attempts.count == 0 ? 0 : attempts.elements.count { $0.request?.assignment === assignment }
        expect(assignment.running, running, "\(assignment.name): POSTs under way", &wrong)
    }

    private func count(_ request: Request, into census: inout Census, _ wrong: inout [String]) {
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
        if request.isCountedWaiting != waits { wrong.append("a request that is \(request.place) is counted wrongly as waiting") }
        if waits { census.waiting += 1 }
        if request.isCountedScheduled { census.scheduled += 1 }
    }

    /// The line behind a head: how many wait in it. Its last one is the key's.
    private func follow(_ head: Request, _ wrong: inout [String]) -> Int {
        var last = head
        var count = 0
        while let next = last.nextWithKey {
            if next.place == .behindKey { count += 1 }
            last = next
        }
        guard let key = head.orderHash, head.assignment.lastWithKey[key] === last else {
            wrong.append("\(head.assignment.name): the last in line of a key is another")
            return count
        }
        return count
    }

    // MARK: What is to be committed

    private func checkIntents(_ wrong: inout [String]) {
        var intents = 0
        var strict = 0
        for index in -1..<commits.batches.count {
            guard let batch = index < 0 ? commitUnderWay?.batch : commits.batches[index] else { continue }
            for case (_, .intent(let request, _)) in batch.completions {
                intents += 1
                if (request.entry.policy ?? configuration.send.onUnknown) != .resend { strict += 1 }
            }
        }
        expect(queuedIntents, intents, "intents to be committed", &wrong)
        expect(queuedStrictIntents, strict, "intents to be committed that are not to be sent again", &wrong)
    }

    private func checkBatches(_ wrong: inout [String]) {
        for index in -1..<commits.batches.count {
            guard let batch = index < 0 ? commitUnderWay?.batch : commits.batches[index] else { continue }
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
