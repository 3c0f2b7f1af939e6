internal import Requests

/// What must hold of receipts between any two turns: everybody who waits is counted, and the book names each part that has an id here, once.
extension Pipeline {
    func checkReceipts(_ wrong: inout [String]) {
        if attempts.late != door.desk.lateCount {
            wrong.append("\(attempts.late) slots are taken by late parts, there are \(door.desk.lateCount)")
        }
        for tag in door.line.all where attempts[tag]?.underWay?.current == nil { wrong.append("a part waits that is none, or is through") }
        guard let book = door.desk.book else { return }
        let lookBacks = door.desk.lookBackCount
        var waiting = door.desk.lateCount + lookBacks
        var ids = 0
        attempts.visit { attempt in
            guard let parts = attempt.underWay else { return }
            waiting += 1
            guard attempt.request != nil else { return }
            ids += parts.outcomes.count { if case .accepted(let id, _) = $0 { !id.isEmpty } else { false } }
        }
        for assignment in partitions.inOrder {
            if assignment.catchingUp?.hold != nil { waiting += 1 }
            for open in assignment.live.values { ids += idCount(open) }
        }
        if book.holderCount != waiting { wrong.append("receipts are kept for \(book.holderCount), there are \(waiting)") }
        // An operator's ids are in the book when what was said of them before is.
        if lookBacks == 0 ? book.placeCount != ids : book.placeCount > ids {
            wrong.append("the book has \(book.placeCount) parts, \(ids) have an id here")
        }
    }

    private func idCount(_ open: Assignment.Live) -> Int {
        let submission: Submission?
        switch open {
        case .active(let request): submission = request.entry.submission
        case .tracked(let handle):
            guard let value = tracker.message(handle)?.value, LedgerCodec.isInParts(value),
                case .open(let entry)? = value.withUnsafeBytes({ try? LedgerCodec.decode($0) })
            else { return 0 }
            submission = entry.submission
        }
        guard let submission, submission.account == door.desk.settings?.account else { return 0 }
        return submission.messageIDs.count
    }
}
