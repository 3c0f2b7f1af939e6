import Testing
import Time

@testable import SMSWorker

@Suite("Receipts that wait to be written") struct ReceiptQueueTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    private func queue(_ count: Int, limit: Int = 100) -> ReceiptQueue {
        var queue = ReceiptQueue(limit: limit)
        for number in 0..<count { #expect(queue.add([UInt8(number)], at: start) {}) }
        return queue
    }

    @Test func allGoAtOnceAndEachIsToldOnce() {
        var queue = ReceiptQueue(limit: 10)
        var kept: [Int] = []
        for number in 1...3 { #expect(queue.add([UInt8(number)], at: start) { kept.append(number) }) }
        #expect(queue.take().map(\.octets) == [[1], [2], [3]])
        #expect(queue.take().isEmpty && queue.hasOut && !queue.hasWaiting)
        for number in [2, 1, 3, 3] { queue.written(number, at: start)?() }
        #expect(kept == [2, 1, 3] && queue.isEmpty && !queue.hasOut)
    }

    @Test func whatFailsGoesAgainInItsPlace() {
        var queue = queue(4)
        _ = queue.take()
        _ = queue.written(2, at: start)
        queue.failed([4, 1, 2, 9])
        #expect(queue.take().map(\.number) == [1, 4])
        queue.producerIsGone()
        #expect(!queue.hasOut && queue.take().map(\.number) == [1, 3, 4])
    }

    @Test func tenSecondsWithoutAWriteAndOneProbes() {
        var queue = queue(3)
        _ = queue.take()
        #expect(queue.patienceEnds() == start + .seconds(10))
        #expect(!queue.advance(to: start + .seconds(9)) && !queue.isStuck)
        #expect(queue.advance(to: start + .seconds(10)) && queue.isStuck)
        #expect(!queue.advance(to: start + .seconds(11)) && queue.patienceEnds() == nil)
        // They were all with the producer.
        queue.failed([2, 3])
        #expect(queue.take().isEmpty)
        queue.failed([1])
        #expect(queue.take().map(\.number) == [1])
        #expect(queue.take().isEmpty)
        queue.failed([1])
        #expect(queue.take().map(\.number) == [1])
        _ = queue.written(1, at: start + .seconds(60))
        #expect(!queue.isStuck && queue.take().map(\.number) == [2, 3])
        // The others have waited long enough, but writing works.
        #expect(queue.patienceEnds() == start + .seconds(70))
        _ = queue.written(2, at: start + .seconds(61))
        _ = queue.written(3, at: start + .seconds(61))
        #expect(queue.patienceEnds() == nil && !queue.advance(to: start + .seconds(1_000)))
    }

    @Test func aFullOneTakesNothing() {
        var queue = queue(2, limit: 2)
        #expect(!queue.add([7], at: start) {})
        _ = queue.take()
        #expect(!queue.add([7], at: start) {})
        _ = queue.written(1, at: start)
        #expect(queue.add([7], at: start) {})
    }

    /// Writes pass, and the one that was not taken has no answer all the same: its bind must end for it to come again.
    @Test func oneThatWasNotTakenCountsFromWhenItCame() {
        var queue = queue(4, limit: 4)
        #expect(!queue.add([7], at: start + .seconds(1)) {})
        #expect(!queue.add([7], at: start + .seconds(8)) {})
        _ = queue.take()
        #expect(queue.patienceEnds() == start + .seconds(10))
        _ = queue.written(1, at: start + .seconds(9))
        #expect(queue.patienceEnds() == start + .seconds(11) && !queue.advance(to: start + .seconds(10)))
        #expect(queue.advance(to: start + .seconds(11)) && queue.state == .overfull)
        // What comes until the bind has ended ends with it.
        queue.refuse(at: start + .seconds(12))
        #expect(queue.patienceEnds() == nil && !queue.advance(to: start + .seconds(40)))
        queue.relieve()
        #expect(queue.state == .overfull)
        _ = queue.written(2, at: start + .seconds(41))
        #expect(queue.state == .well && queue.count == 2 && queue.patienceEnds() == start + .seconds(51))
    }

    @Test func whereNoneWaitsABindIsGivenUpForAMoment() {
        var queue = queue(1)
        queue.refuse(at: start + .seconds(3))
        _ = queue.take()
        _ = queue.written(1, at: start + .seconds(4))
        #expect(queue.patienceEnds() == start + .seconds(13))
        #expect(queue.advance(to: start + .seconds(13)) && queue.state == .overfull)
        queue.relieve()
        #expect(queue.state == .well && queue.patienceEnds() == nil)
    }

    /// All binds are given up already, its own among them.
    @Test func oneThatWasNotTakenIsForgottenWithItsBind() {
        var queue = queue(2, limit: 2)
        #expect(!queue.add([7], at: start + .seconds(5)) {})
        _ = queue.take()
        #expect(queue.advance(to: start + .seconds(10)) && queue.isStuck)
        queue.refuse(at: start + .seconds(11))
        _ = queue.written(1, at: start + .seconds(12))
        _ = queue.written(2, at: start + .seconds(12))
        #expect(queue.state == .well && queue.patienceEnds() == nil)
    }
}
