import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct ReadPositionTests {
    private let opened = MonotonicInstant(nanoseconds: 3_600_000_000_000)

    @Test func whatContinuesIsTakenAndWhatWasReadIsDropped() {
        var position = ReadPosition(at: 5, openedAt: opened)
        #expect(position.record(4, at: opened) == .drop)
        #expect(position.record(5, at: opened) == .take(gap: 0))
        #expect(position.record(5, at: opened) == .drop)
        #expect(position.end(6, at: opened) == .drop, "the end says nothing new")
        #expect(position.next == 6)
    }

    @Test func aJumpIsBelievedTheSecondTimeOnly() {
        var position = ReadPosition(at: 5, openedAt: opened)
        #expect(position.record(9, at: opened) == .seekBack)
        #expect(position.next == 5)
        #expect(position.record(9, at: opened) == .take(gap: 4))
        #expect(position.record(10, at: opened) == .take(gap: 0))
        #expect(position.record(12, at: opened) == .seekBack, "every jump is doubted, not only the first")
        #expect(position.record(11, at: opened) == .take(gap: 0))
        #expect(position.end(13, at: opened) == .seekBack)
        #expect(position.end(13, at: opened) == .take(gap: 1))
        #expect(position.next == 13)
    }

    @Test func longAfterTheAssignmentAJumpIsTheLogs() {
        var position = ReadPosition(at: 5, openedAt: opened)
        let later = opened + ReadPosition.longDoubt
        #expect(position.record(9, at: later) == .seekBack, "the first record is always doubted")
        #expect(position.record(9, at: later) == .take(gap: 4))
        #expect(position.record(12, at: later) == .take(gap: 2))
    }

    @Test func anAssignmentThatBeganByNumberDoubtsItsFirstJumpOnly() {
        var position = ReadPosition(at: 5, openedAt: opened, doubt: .zero)
        #expect(position.end(7, at: opened) == .seekBack)
        #expect(position.record(5, at: opened) == .take(gap: 0))
        #expect(position.record(8, at: opened) == .take(gap: 2), "a marker costs nothing")
    }

    /// A client that jumps ahead once, at any moment, over a log with holes.
    @Test func nothingIsLostWhereverTheClientJumps() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { random in
            var log: [Int64] = []
            var end: Int64 = 0
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                end += Int64.random(in: 1...2, using: &random)
                log.append(end - 1)
            }
            var position = ReadPosition(at: 0, openedAt: opened)
            var cursor: Int64 = 0
            var mayJump = true
            var taken: [Int64] = []
            var turns = 0
            while position.next < end, turns < 1_000 {
                turns += 1
                if mayJump, Bool.random(using: &random) {
                    cursor = Int64.random(in: cursor...end, using: &random)
                    mayJump = false
                }
                let verdict: ReadPosition.Verdict
                if let offset = log.first(where: { $0 >= cursor }) {
                    cursor = offset + 1
                    verdict = position.record(offset, at: opened)
                    if case .take = verdict { taken.append(offset) }
                } else {
                    verdict = position.end(end, at: opened)
                }
                if verdict == .seekBack {
                    cursor = position.next
                }
            }
            return taken == log ? nil : "took \(taken) of \(log)"
        }
        #expect(failure == nil)
    }
}
