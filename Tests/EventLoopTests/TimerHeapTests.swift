import TestSupport
import Testing
import Time

@testable import EventLoop

@Suite struct TimerHeapTests {
    /// The same operations on the heap and on a plain list, which is searched.
    @Test func doesWhatASortedListWouldDo() {
        let failure = RandomSchedules.firstFailure(of: 300) { generator in
            var heap = TimerHeap()
            var fired: [Int] = []
            var model: [(deadline: Int64, number: Int, id: TimerID)] = []
            var gone: [TimerID] = []
            let tape = Tape()
            for step in 0..<400 {
                switch generator.below(8) {
                case 0...3:
                    let deadline = Int64(generator.below(50))
                    let id = heap.insert(deadline: MonotonicInstant(nanoseconds: deadline)) { tape.numbers.append(step) }
                    model.append((deadline, step, id))
                case 4...5:
                    guard !model.isEmpty else { continue }
                    let id = model.remove(at: generator.below(model.count)).id
                    heap.cancel(id)
                    gone.append(id)
                case 6:
                    if let id = gone.last { heap.cancel(id) }
                default:
                    let now = Int64(generator.below(60))
                    let due = model.filter { $0.deadline <= now }.sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }
                    model.removeAll { $0.deadline <= now }
                    tape.numbers = []
                    while let body = heap.popDue(MonotonicInstant(nanoseconds: now)) { body() }
                    fired = tape.numbers
                    if fired != due.map(\.number) { return "step \(step): fired \(fired), not \(due.map(\.number))" }
                    gone += due.map(\.id)
                }
                // An empty entry may make the loop wake once too early, a missing one would make it sleep too long.
                if let first = model.map(\.deadline).min() {
                    guard let next = heap.nextDeadline?.nanoseconds, next <= first else { return "step \(step): sleeps past \(first)" }
                }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func cancelledTimersHoldNothing() {
        var heap = TimerHeap()
        let signal = TestSignal()
        weak var held: Tape?
        let id: TimerID
        do {
            let tape = Tape()
            held = tape
            id = heap.insert(deadline: MonotonicInstant(nanoseconds: .max)) { if tape.numbers.isEmpty { signal.fire() } }
        }
        #expect(held != nil)
        heap.cancel(id)
        #expect(held == nil)
    }

    @Test func manyCancelledTimersDoNotPileUp() {
        var heap = TimerHeap()
        let last = heap.insert(deadline: MonotonicInstant(nanoseconds: 1_000_000)) {}
        for deadline in 0..<100_000 { heap.cancel(heap.insert(deadline: MonotonicInstant(nanoseconds: Int64(deadline))) {}) }
        // Had they stayed, the earliest of them would be the next deadline.
        let first = heap.nextDeadline?.nanoseconds ?? 0
        #expect(first >= 100_000 - 128)
        heap.cancel(last)
    }

    private final class Tape {
        var numbers: [Int] = []
    }
}
