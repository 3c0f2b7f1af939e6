/// What becomes of a transaction: decided where that is made, awaited where another is made.
package protocol TransactionFate: AnyObject {
    init()
    init(isCommitted: Bool)
}

/// Where a transaction stands among the others: which producer makes it, and which one must be committed before it ends.
package struct CommitPlace<Fate: TransactionFate> {
    /// 0 or 1.
    package let producer: Int
    package let fate: Fate
    package let behind: Fate?
}

extension CommitPlace: Sendable where Fate: Sendable {}

/// Gives transactions their places: producers in turn, and beside one that is under way always the other.
package struct CommitTurns<Fate: TransactionFate> {
    /// Those that another may be behind, oldest first.
    private var places: [(number: UInt64, place: CommitPlace<Fate>)] = []

    package init() {}

    /// - Parameters:
    ///   - number: higher than those before.
    ///   - behind: the number of the one that is under way. One that is not known here was not committed, as far as anybody can say.
    package mutating func next(_ number: UInt64, behind: UInt64?) -> CommitPlace<Fate> {
        let before = behind.flatMap { behind in places.first { $0.number == behind }?.place }
        let last = before ?? places.last?.place
        let fate = behind == nil ? nil : before?.fate ?? Fate(isCommitted: false)
        let place = CommitPlace(producer: 1 - (last?.producer ?? 1), fate: Fate(), behind: fate)
        // Whatever comes is behind this one, or behind what this one is behind.
        places.removeAll { $0.number < behind ?? number }
        places.append((number, place))
        return place
    }
}
