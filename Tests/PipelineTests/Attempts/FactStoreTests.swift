import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct FactStoreTests {
    private let start = MonotonicInstant(nanoseconds: 1)

    private func code(_ fact: FactStore<Int>.Fact?) -> String? {
        switch fact {
        case .ended(.refused(let code)): code
        case .ended: "ended"
        case .running(let number): "running \(number)"
        case .neverBegun: "never begun"
        case nil: nil
        }
    }

    @Test func aFactIsTakenOnce() {
        var facts = FactStore<Int>()
        facts.record(.neverBegun, mark: 7, at: start)
        #expect(facts.contains(mark: 7) && !facts.contains(mark: 8) && facts.count == 1)
        #expect(code(facts.take(mark: 8)) == nil)
        #expect(code(facts.take(mark: 7)) == "never begun")
        #expect(code(facts.take(mark: 7)) == nil && facts.count == 0)
    }

    @Test func theLastWordOfAnAttemptCounts() {
        var facts = FactStore<Int>()
        facts.record(.running(3), mark: 7, at: start)
        facts.record(.ended(.refused(code: "BAD_PHONE")), mark: 7, at: start)
        #expect(code(facts.take(mark: 7)) == "BAD_PHONE" && facts.count == 0)
    }

    @Test func aFactIsKeptForAnHourAndNoLonger() {
        var facts = FactStore<Int>()
        facts.record(.neverBegun, mark: 1, at: start)
        facts.record(.neverBegun, mark: 2, at: start + .seconds(1))
        facts.expire(start + .seconds(3_600) - .nanoseconds(1))
        #expect(facts.count == 2)
        facts.expire(start + .seconds(3_600))
        #expect(!facts.contains(mark: 1) && facts.contains(mark: 2))
    }

    /// What is forgotten is unknown, and the policy decides: safe, and bounded.
    @Test func beyondTheBoundTheOldestIsForgotten() {
        var facts = FactStore<Int>()
        let limit = FactStore<Int>.limit
        for mark in 0..<UInt64(limit) { facts.record(.neverBegun, mark: mark, at: start + .nanoseconds(Int64(mark))) }
        let now = start + .seconds(1)
        facts.record(.running(1), mark: 5, at: now)
        #expect(facts.count == limit && facts.contains(mark: 0), "one that is there already takes nobody's place")
        facts.record(.neverBegun, mark: .max, at: now)
        #expect(facts.count == limit && !facts.contains(mark: 0) && facts.contains(mark: .max) && facts.contains(mark: 1))
    }
}
