internal import SMPP

/// Parts that wait for a place in the window, in their order; and those that are out and were told as unknown, of which a word may still come.
struct SMPPPartQueue {
    private var waiting: [Part] = []
    private var first = 0
    private var late: Set<UInt64> = []

    var isEmpty: Bool { first == waiting.count }

    mutating func append(_ part: Part) { waiting.append(part) }

    mutating func next() -> Part? {
        guard !isEmpty else { return nil }
        defer {
            first += 1
            if first == waiting.count {
                waiting.removeAll(keepingCapacity: true)
                first = 0
            } else if first > 64, first * 2 > waiting.count {
                waiting.removeFirst(first)
                first = 0
            }
        }
        return waiting[first]
    }

    mutating func takeAll() -> [UInt64] {
        defer {
            waiting = []
            first = 0
        }
        return waiting[first...].map(\.token)
    }

    // MARK: Late ones

    mutating func isLate(_ tag: UInt64) { late.insert(tag) }

    /// - Returns: whether its last word is to be told.
    mutating func isOver(_ tag: UInt64) -> Bool { late.remove(tag) != nil }

    /// The session has ended: no word comes of any.
    mutating func takeLate() -> [UInt64] {
        defer { late = [] }
        return late.sorted()
    }
}
