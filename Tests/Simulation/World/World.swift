import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Virtual time, one thread, one seed: everything that may happen is an item in one queue, ordered by time and, at equal time, by chance.
final class World {
    struct Item {
        fileprivate let number: UInt64
        fileprivate let slot: Int32
    }

    private struct Entry {
        let at: Int64
        /// Drawn by the seed: what happens first at equal times.
        let tie: UInt64
        let number: UInt64
        let slot: Int32

        func isBefore(_ other: Entry) -> Bool {
            if at != other.at { return at < other.at }
            return tie == other.tie ? number < other.number : tie < other.tie
        }
    }

    /// What an item does; its place is used again.
    private struct Slot {
        var number: UInt64
        /// No optional: it would be wrapped, and the wrapper allocated, each time.
        var body: () -> Void
    }

    private nonisolated(unsafe) static let nothing: () -> Void = {}

    /// Of everything outside the workers' own.
    var random: Chance
    private(set) var nanoseconds: Int64
    private var heap: [Entry] = []
    private var slots: [Slot] = []
    private var free: [Int32] = []
    private var count: UInt64 = 0
    private(set) var eventsRun = 0
    private let beganAt: Int64

    init(seed: UInt64) {
        random = Chance(seed: seed)
        // An hour after boot.
        nanoseconds = 3_600_000_000_000
        beganAt = nanoseconds
    }

    var monotonic: MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }
    /// Milliseconds since 1970.
    var wall: Int64 { 1_795_000_000_000 + (nanoseconds - beganAt) / 1_000_000 }
    var clock: Now { Now(monotonic: monotonic, wall: wall) }
    var elapsed: Duration { .nanoseconds(nanoseconds - beganAt) }

    @discardableResult
    func schedule(after delay: Duration, _ body: @escaping () -> Void) -> Item {
        schedule(at: MonotonicInstant(nanoseconds: nanoseconds) + max(.zero, delay), body)
    }

    @discardableResult
    func schedule(at instant: MonotonicInstant, _ body: @escaping () -> Void) -> Item {
        count += 1
        let slot: Int32
        if let last = free.popLast() {
            slot = last
            slots[Int(slot)] = Slot(number: count, body: body)
        } else {
            slot = Int32(slots.count)
            slots.append(Slot(number: count, body: body))
        }
        push(Entry(at: max(instant.nanoseconds, nanoseconds), tie: random.next(), number: count, slot: slot))
        return Item(number: count, slot: slot)
    }

    func cancel(_ item: Item) {
        if slots[Int(item.slot)].number == item.number { forget(Int(item.slot)) }
    }

    private func forget(_ slot: Int) {
        slots[slot].number = 0
        slots[slot].body = Self.nothing
    }

    /// Nothing happens any more: what the items hold is let go.
    func clear() {
        heap = []
        slots = []
        free = []
    }

    /// Lets the next item happen.
    ///
    /// - Returns: false where nothing is left before `end`.
    func step(until end: MonotonicInstant) -> Bool {
        while let first = heap.first {
            let slot = Int(first.slot)
            let isWanted = slots[slot].number == first.number
            guard first.at <= end.nanoseconds || !isWanted else { return false }
            pop()
            let body = slots[slot].body
            forget(slot)
            free.append(first.slot)
            guard isWanted else { continue }
            nanoseconds = first.at
            eventsRun += 1
            body()
            return true
        }
        return false
    }

    /// Time passes in which nothing happens.
    func advance(to instant: MonotonicInstant) { nanoseconds = max(nanoseconds, instant.nanoseconds) }

    // MARK: Chance

    func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    func duration(_ range: ClosedRange<Int64>) -> Duration { .microseconds(Int64.random(in: range, using: &random)) }

    // MARK: The queue: a binary heap; an entry moves once, into the place that is found for it.

    private func push(_ entry: Entry) {
        heap.append(entry)
        heap.withUnsafeMutableBufferPointer { heap in
            var index = heap.count - 1
            while index > 0 {
                let parent = (index - 1) / 2
                guard entry.isBefore(heap[parent]) else { break }
                heap[index] = heap[parent]
                index = parent
            }
            heap[index] = entry
        }
    }

    private func pop() {
        let entry = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap.withUnsafeMutableBufferPointer { heap in
            var index = 0
            while true {
                var child = 2 * index + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
                guard heap[child].isBefore(entry) else { break }
                heap[index] = heap[child]
                index = child
            }
            heap[index] = entry
        }
    }
}
