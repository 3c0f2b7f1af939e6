import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct TrackingTableTests {
    /// The table again, as plainly as possible.
    private struct Model {
        struct Row {
            var handle: TrackingHandle
            var element: Int
            var dueAt: Int64?
            var order: Int
        }
        var rows: [Row] = []
        var order = 0

        func index(_ handle: TrackingHandle) -> Int? { rows.firstIndex { $0.handle == handle } }

        mutating func pop(_ now: Int64, limit: Int) -> [TrackingHandle] {
            let due = rows.filter { ($0.dueAt ?? .max) <= now }.sorted { ($0.dueAt!, $0.order) < ($1.dueAt!, $1.order) }.prefix(limit)
            for row in due { rows[index(row.handle)!].dueAt = nil }
            return due.map(\.handle)
        }
    }

    @Test func itBehavesAsAPlainListDoes() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var table = TrackingTable<Int>()
            var model = Model()
            var everGiven: [TrackingHandle] = []
            var now: Int64 = 0
            // Most schedules are short; some grow a heap of several levels.
            let steps = generator.oneIn(200) ? 600 : 24
            for step in 0..<steps {
                let handle = everGiven.isEmpty ? TrackingHandle(rawValue: generator.next()) : everGiven[generator.below(everGiven.count)]
                let instant = now + Int64(generator.below(12)) - 2
                switch generator.below(8) {
                case 0, 1, 2:
                    let given = table.insert(step, dueAt: MonotonicInstant(nanoseconds: instant))
                    guard model.index(given) == nil, !everGiven.contains(given) else { return "a handle was given twice" }
                    model.order += 1
                    model.rows.append(.init(handle: given, element: step, dueAt: instant, order: model.order))
                    everGiven.append(given)
                case 3, 4:
                    let found = table.reschedule(handle, at: MonotonicInstant(nanoseconds: instant))
                    guard found == (model.index(handle) != nil) else { return "reschedule of \(handle) said \(found)" }
                    if let index = model.index(handle) {
                        model.order += 1
                        model.rows[index].dueAt = instant
                        model.rows[index].order = model.order
                    }
                case 5:
                    let removed = table.remove(handle)
                    let index = model.index(handle)
                    guard removed == index.map({ model.rows[$0].element }) else { return "remove gave \(String(describing: removed))" }
                    if let index { model.rows.remove(at: index) }
                case 6:
                    now += Int64(generator.below(8))
                    let limit = generator.below(5)
                    var handles: [TrackingHandle] = []
                    table.popDue(MonotonicInstant(nanoseconds: now), limit: limit, into: &handles)
                    let expected = model.pop(now, limit: limit)
                    guard handles == expected else { return "popDue gave \(handles), not \(expected)" }
                default:
                    if generator.oneIn(4) {
                        table.removeAll { $0 % 2 == 0 }
                        model.rows.removeAll { $0.element % 2 == 0 }
                    } else {
                        let changed = table.update(handle) { element -> Int in
                            element += 100
                            return element
                        }
                        if let index = model.index(handle) { model.rows[index].element += 100 }
                        guard changed == model.index(handle).map({ model.rows[$0].element }) else { return "update gave \(changed as Any)" }
                    }
                }
                guard table.count == model.rows.count else { return "count \(table.count), not \(model.rows.count)" }
                guard table.nextDue?.nanoseconds == model.rows.compactMap(\.dueAt).min() else { return "nextDue \(table.nextDue as Any)" }
            }
            var seen: [TrackingHandle: Int] = [:]
            table.visitAll { seen[$0] = $1 }
            let expected = Dictionary(uniqueKeysWithValues: model.rows.map { ($0.handle, $0.element) })
            guard seen == expected else { return "holds \(seen), not \(expected)" }
            guard everGiven.allSatisfy({ table[$0] == expected[$0] }) else { return "a subscript disagrees" }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func aLargeTableGivesThemOutInOrder() {
        var generator = SeededGenerator(seed: 11)
        var table = TrackingTable<Int>()
        for index in 0..<5_000 { _ = table.insert(index, dueAt: MonotonicInstant(nanoseconds: Int64(generator.below(1_000)))) }
        var last = Int64.min
        var total = 0
        while let next = table.nextDue {
            #expect(next.nanoseconds >= last)
            last = next.nanoseconds
            var handles: [TrackingHandle] = []
            table.popDue(next, limit: .max, into: &handles)
            total += handles.count
        }
        #expect(total == 5_000)
        #expect(table.count == 5_000)
        #expect(table.scheduledCount == 0)
    }

    /// What a tracked message may weigh: 8 bytes id, base, assignment and counters, one reference to its echo.
    private struct Message {
        var id: Int64 = 0
        var base: Int64 = 0
        var counters: UInt64 = 0
        var assignment: UInt32 = 0
        var echo: [UInt8]?
    }

    @Test func aMessageCostsLittleBesideItsElement() {
        var table = TrackingTable<Message>()
        for index in 0..<65_536 { _ = table.insert(Message(id: Int64(index)), dueAt: MonotonicInstant(nanoseconds: Int64(index))) }
        #expect(table.memoryBytes / table.count <= 100)
    }
}
