internal import Requests

// What must hold within each machine between any two turns: one sentence for each thing that does not. See `Pipeline.checkInvariants`.

extension SendQueue {
    func invariants(_ wrong: inout [String]) {
        for place in PendingRequest.Place.allCases where count(place) < 0 || strictCount(place) < 0 || strictCount(place) > count(place) {
            wrong.append("\(count(place)) requests are \(place), \(strictCount(place)) of them not to be sent again")
        }
        for place in PendingRequest.Place.allCases where !(0...max(0, count(place))).contains(scheduledCount(place)) {
            wrong.append("\(scheduledCount(place)) of \(count(place)) requests that are \(place) wait for their sendAt")
        }
        if count(.gone) != 0 { wrong.append("requests that are gone are counted") }
    }
}

extension Gates {
    /// A permit that nobody ends would narrow the pace for ever.
    func invariants(attempts: Int, polls: Int, _ wrong: inout [String]) { pace.invariants(attempts: attempts, asked: polls, &wrong) }
}

extension Attempts {
    func invariants(_ wrong: inout [String]) {
        if count > most { wrong.append("\(count) POSTs are under way, \(most) slots") }
        visit { attempt in
            guard let request = attempt.request else {
                if !knows(mark: attempt.mark) { wrong.append("a POST runs for nobody, and no fact says so") }
                return
            }
            if !request.assignment.isAlive { wrong.append("a POST runs for an assignment that has ended") }
            if request.place != .running { wrong.append("a request whose POST runs is \(request.place)") }
            if request.entry.mark != attempt.mark { wrong.append("a POST runs for another intent than the entry's") }
        }
    }
}

extension Tracker {
    func invariants(_ wrong: inout [String]) {
        if isOverfull { wrong.append("\(pollCount) polls are under way") }
        // One that is neither due at a time nor asked for now would never be asked for again.
        if takenCount > pollCount { wrong.append("\(takenCount) messages are being asked for, by \(pollCount) polls") }
    }
}

extension CommitLoop {
    func invariants(_ wrong: inout [String]) {
        if case .backingOff = stage, failures == 0 { wrong.append("commits back off, and none has failed") }
        if isStuck, failures == 0 { wrong.append("commits are stuck, and none has failed") }
        if let underWay, underWay.number > number { wrong.append("a transaction is under way that was never begun") }
        if underWayCount > 2 { wrong.append("\(underWayCount) transactions are under way") }
        if let underWay, !underWay.membership.isJoined { wrong.append("a transaction was begun by no member") }
        visitBatches { batch in
            if batch.owners.count != batch.operationCounts.count { wrong.append("a batch counts the operations of others") }
            if batch.operationCounts.contains(where: { $0 <= 0 }) { wrong.append("a batch names an owner without an operation") }
            if batch.completions.contains(where: { !batch.owners.indices.contains(Int($0.owner)) }) {
                wrong.append("a completion belongs to nobody")
            }
        }
    }
}

extension Partitions {
    func invariants(_ life: borrowing SessionLife, _ wrong: inout [String]) {
        if inOrder.count != count || zip(inOrder, inOrder.dropFirst()).contains(where: { $0.key >= $1.key }) {
            wrong.append("the order of the partitions is not theirs")
        }
        for assignment in inOrder {
            if self[assignment.key] !== assignment { wrong.append("\(assignment.name) is in the order, and another is owned") }
            if case .closed(let reason) = assignment.phase, assignment.closedReason != reason {
                wrong.append("\(assignment.name) is closed for a reason that it does not say")
            }
            if assignment.phase == .open, assignment.closedReason != nil {
                wrong.append("\(assignment.name) is open, and says why it is closed")
            }
            if assignment.phase == .draining, revoke == nil, !life.isDraining { wrong.append("\(assignment.name) is given back to nobody") }
            if assignment.restore != nil, assignment.phase != .restoring, assignment.phase != .draining {
                wrong.append("\(assignment.name) keeps a ledger that it has taken in")
            }
        }
        if life.session == nil, count > 0 { wrong.append("partitions are owned without a session") }
    }
}

extension SessionLife {
    func invariants(_ wrong: inout [String]) {
        if session == nil, end == nil, !isOpening, nextOpening == nil { wrong.append("there is no session, and none is asked for") }
        if session != nil, isOpening { wrong.append("a session is opened beside another") }
        if leaveDeadline != nil, !isDraining { wrong.append("the group is being left, and nobody asked to stop") }
        if isDraining, session == nil, end == nil { wrong.append("a stop waits for a session that is gone") }
        if hasLeft { wrong.append("a session that was left is kept beyond the turn") }
    }
}
