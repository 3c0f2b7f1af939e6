internal import Dispatch
internal import Synchronization
internal import Time

/// Where a transaction stands among the others: which producer makes it, and which one must be committed before it ends.
struct CommitPlace: Sendable {
    /// 0 or 1.
    let producer: Int
    let fate = CommitFate()
    let behind: CommitFate?
}

/// Gives transactions their places: producers in turn, and beside one that is under way always the other.
struct CommitTurns {
    /// Those that another may be behind, oldest first.
    private var places: [(number: UInt64, place: CommitPlace)] = []

    /// - Parameter behind: the number of the one that is under way.
    mutating func next(_ number: UInt64, behind: UInt64?) -> CommitPlace {
        let before = behind.map { behind in places.first { $0.number == behind }?.place }
        let last = (before ?? nil) ?? places.last?.place
        let place = CommitPlace(producer: 1 - (last?.producer ?? 1), behind: before.map { $0?.fate ?? CommitFate(isCommitted: false) })
        places.removeAll { $0.number < behind ?? number }
        places.append((number, place))
        return place
    }
}

/// What becomes of a transaction: decided on its thread, awaited on another.
final class CommitFate: Sendable {
    private enum State {
        static let open = 0
        static let committed = 1
        static let failed = 2
    }

    private let state: Atomic<Int>
    private let decided = DispatchSemaphore(value: 0)

    init() { state = Atomic(State.open) }

    init(isCommitted: Bool) { state = Atomic(isCommitted ? State.committed : State.failed) }

    /// Once.
    func decide(isCommitted: Bool) {
        state.store(isCommitted ? State.committed : State.failed, ordering: .releasing)
        decided.signal()
    }

    /// Waits until it is known; false too where that takes longer.
    func isCommitted(within limit: Duration) -> Bool {
        if state.load(ordering: .acquiring) == State.open { _ = decided.wait(timeout: .now() + .milliseconds(Int(limit.milliseconds))) }
        return state.load(ordering: .acquiring) == State.committed
    }
}
