internal import Requests

/// Whose turn it is among the requests of one key: the next begins when the one before is accepted, closed or held.
struct KeyLines {
    /// Those behind the head, in log order. Some may have left (cancelled, expired) and are passed over.
    private final class Line {
        var followers = Queue<PendingRequest>()
        var gone = 0
    }

    private var lines: [Key: Line] = [:]

    private struct Key: Hashable {
        let assignment: AssignmentID
        let order: RequestHash
    }

    /// - Returns: whether nothing is ahead of it.
    mutating func join(_ request: PendingRequest) -> Bool {
        guard let order = request.orderHash else { return true }
        let key = Key(assignment: request.assignment.id, order: order)
        guard let line = lines[key] else {
            lines[key] = Line()
            return true
        }
        line.followers.append(request)
        return false
    }

    /// The head leaves.
    ///
    /// - Returns: the next head.
    mutating func headLeaves(_ request: PendingRequest) -> PendingRequest? {
        guard let order = request.orderHash else { return nil }
        let key = Key(assignment: request.assignment.id, order: order)
        guard let line = lines[key] else { return nil }
        while let next = line.followers.popFirst() {
            if next.place == .behindKey { return next }
            line.gone = max(0, line.gone - 1)
        }
        lines[key] = nil
        return nil
    }

    /// One from the middle of the line has left; taken out when there are many of them: one key may be blocked for hours while what
    /// stands behind it expires.
    mutating func followerLeft(_ request: PendingRequest) {
        guard let order = request.orderHash, let line = lines[Key(assignment: request.assignment.id, order: order)] else { return }
        line.gone += 1
        guard line.gone >= 64, line.gone * 2 > line.followers.count else { return }
        line.gone = 0
        line.followers.removeAll { $0.place != .behindKey }
    }

    mutating func end(_ assignment: AssignmentID, keys: some Sequence<RequestHash>) {
        for order in keys { lines[Key(assignment: assignment, order: order)] = nil }
    }

    var count: Int { lines.count }
}
