import TestSupport
import Testing

@testable import SMSPipeline

@Suite struct SlotTableTests {
    /// Against a dictionary that knows what each tag stands for.
    @Test func aTagIsNeverUsedTwiceAndALateOneMeetsNobody() {
        let failure = RandomSchedules.firstFailure(of: 2_000) { random -> String? in
            var table = SlotTable<Int>()
            var living: [(tag: UInt64, element: Int)] = []
            var gone: [UInt64] = []
            var known: Set<UInt64> = []
            for number in 0..<80 {
                switch random.below(5) {
                case 0...1:
                    let tag = table.insert(number)
                    if !known.insert(tag).inserted { return "the tag \(tag) was there before" }
                    living.append((tag, number))
                case 2...3 where !living.isEmpty:
                    let (tag, element) = living.remove(at: random.below(living.count))
                    if table.remove(tag) != element { return "a tag met another" }
                    gone.append(tag)
                default:
                    guard let tag = gone.last else { continue }
                    if table[tag] != nil || table.remove(tag) != nil { return "a late tag met somebody" }
                }
                if table.count != living.count { return "\(table.count) of \(living.count) are there" }
                for (tag, element) in living where table[tag] != element { return "\(element) is not at its tag" }
                var visited: [Int] = []
                table.visit { visited.append($0) }
                if visited.sorted() != living.map(\.element).sorted() { return "it visits others" }
                if table.count(where: { $0.isMultiple(of: 2) }) != living.count(where: { $0.element.isMultiple(of: 2) }) {
                    return "it counts others"
                }
            }
            return nil
        }
        #expect(failure == nil)
    }

    @Test func aTagOfNobodyMeetsNobody() {
        var table = SlotTable<Int>()
        for tag in [UInt64(0), 1, .max, 1 << 32] {
            #expect(table[tag] == nil)
            let removed = table.remove(tag)
            #expect(removed == nil)
        }
    }
}
