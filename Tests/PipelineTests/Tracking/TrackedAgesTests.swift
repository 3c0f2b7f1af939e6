import Testing
import Time

@testable import SMSPipeline

@Suite struct TrackedAgesTests {
    private func at(_ seconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds) * 1_000_000_000) }

    @Test func eachAgeHasItsBand() {
        var ages = TrackedAges()
        for seconds in [0, 9, 10, 59, 60, 599, 600, 3_599, 3_600, 21_599, 21_600, 86_399, 86_400, 1_000_000] {
            ages.count(.seconds(seconds))
        }
        #expect(ages.counts == [2, 2, 2, 2, 2, 2, 2] && ages.scheduled == 0)
        ages.count(.nanoseconds(-1))
        #expect(ages.scheduled == 1 && ages.counts.reduce(0, +) == 14)
    }

    /// The elements are the seconds at which their age began.
    private func table(_ count: Int) -> TrackingTable<Int> {
        var table = TrackingTable<Int>()
        for index in 0..<count { _ = table.insert(index % 100, dueAt: at(index)) }
        return table
    }

    private func go(_ walk: inout AgeWalk, _ table: TrackingTable<Int>, _ now: Int) -> TrackedAges? {
        walk.go(over: table, at: at(now)) { at($0) }
    }

    @Test func whatIsFewIsCountedAtOnce() {
        var walk = AgeWalk()
        let empty = go(&walk, table(0), 100)
        #expect(empty == TrackedAges())
        let ages = go(&walk, table(200), 100)
        #expect(ages?.counts == [18, 100, 82, 0, 0, 0, 0])
    }

    @Test func aMillionIsCountedInPiecesEachOnce() {
        let table = table(3 * AgeWalk.step + 1)
        var walk = AgeWalk()
        for second in 100..<103 {
            let early = go(&walk, table, second)
            #expect(early == nil)
        }
        let whole = go(&walk, table, 103)
        #expect(whole?.counts.reduce(0, +) == 3 * AgeWalk.step + 1)
        let next = go(&walk, table, 104)
        #expect(next == whole, "the last whole one, while the next is counted")
    }

    @Test func whatWasCountedBeforeABreakIsNone() {
        let table = table(2 * AgeWalk.step)
        var walk = AgeWalk()
        _ = go(&walk, table, 100)
        let whole = go(&walk, table, 101)
        #expect(whole != nil)
        _ = go(&walk, table, 102)
        let afterABreak = go(&walk, table, 120)
        #expect(afterABreak == whole, "and not the half of before beside the half of now")
        let fresh = go(&walk, table, 121)
        #expect(fresh != whole && fresh?.counts.reduce(0, +) == 2 * AgeWalk.step)
        let old = go(&walk, table, 400)
        #expect(old == nil, "a count is of now or is none")
    }

    @Test func placesThatAreFreeAreLeftOut() {
        var table = TrackingTable<Int>()
        let handles = (0..<2_000).map { table.insert($0, dueAt: at($0)) }
        for handle in handles where handle.slot % 2 == 0 { table.remove(handle) }
        var seen: [Int] = []
        let rest = table.visit(from: 0, places: 1_500) { seen.append($0) }
        #expect(rest == 1_500)
        let end = table.visit(from: 1_500, places: 1_500) { seen.append($0) }
        #expect(end == nil && seen == Array(stride(from: 1, to: 2_000, by: 2)))
        let beyond = table.visit(from: 9_000, places: 10) { seen.append($0) }
        #expect(beyond == nil && seen.count == 1_000)
    }
}
