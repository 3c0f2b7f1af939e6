import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

struct FencingHistoryTests {
    private static func at(_ seconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: Int64(seconds) * 1_000_000_000) }

    @Test func onlyTheThirdThatNothingExplainsMeansARival() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { generator in
            var history = FencingHistory()
            var explanations: [Int] = []
            var unexplained: [Int] = []
            var late: [[Int]] = [[], []]
            var now = 0
            for _ in 0..<25 {
                now += generator.below(generator.oneIn(4) ? 400 : 40)
                let producer = generator.below(2)
                switch generator.below(5) {
                case 0:
                    let gap = generator.below(12)
                    history.turnGap(.seconds(gap), at: Self.at(now))
                    if gap > 5 { explanations.append(now) }
                case 1:
                    if generator.oneIn(2) { break }
                    history.brokerTrouble(at: Self.at(now))
                    explanations.append(now)
                case 2:
                    let count = generator.below(3)
                    history.lateInitialisations(count, of: producer, at: Self.at(now))
                    late[producer] += Array(repeating: now, count: count)
                default:
                    let cause: FencingHistory.Cause =
                        switch generator.below(6) {
                        case 0: .transactionState
                        case 1: .silence
                        default: .producer(producer)
                        }
                    let verdict = history.fenced(cause, at: Self.at(now))
                    late[producer].removeAll { now - $0 >= 600 }
                    if explanations.contains(where: { now - $0 <= 30 }) || cause == .transactionState {
                        // Explained, whatever else was seen.
                    } else if cause == .producer(producer), !late[producer].isEmpty {
                        late[producer].removeFirst()
                    } else {
                        unexplained.append(now)
                    }
                    let recent = unexplained.filter { now - $0 < 600 }.count
                    let expected: FencingHistory.Verdict = recent >= 3 ? .exitRival : .rebuild(unexplained: recent)
                    guard verdict == expected else { return "\(cause): \(verdict), not \(expected)" }
                }
            }
            return nil
        }
        #expect(failure == nil)
    }

    /// A late request has ended the transaction; a rival would have fenced its producer.
    @Test func aTransactionInAnotherStateIsNoRivals() {
        var history = FencingHistory()
        for second in 0..<10 { #expect(history.fenced(.transactionState, at: Self.at(second)) == .rebuild(unexplained: 0)) }
    }

    /// As many times as there are requests that may arrive late, for ten minutes, and for the name that they were for.
    @Test func anInitialisationOfOurOwnIsNoRivals() {
        var history = FencingHistory()
        history.lateInitialisations(2, of: 1, at: Self.at(0))
        #expect(history.fenced(.producer(1), at: Self.at(100)) == .rebuild(unexplained: 0))
        #expect(history.fenced(.producer(0), at: Self.at(101)) == .rebuild(unexplained: 1))
        #expect(history.fenced(.producer(1), at: Self.at(599)) == .rebuild(unexplained: 1))
        #expect(history.fenced(.producer(1), at: Self.at(600)) == .rebuild(unexplained: 2))
        history.lateInitialisations(1, of: 0, at: Self.at(601))
        #expect(history.fenced(.silence, at: Self.at(602)) == .exitRival, "a call that hangs is none of it")
    }

    /// Of a broker that was away for long it keeps sixteen.
    @Test func aRivalBesideAnUnreachableBrokerIsFoundInTheEnd() {
        var history = FencingHistory()
        for second in 0..<1_000 { history.lateInitialisations(5, of: 0, at: Self.at(second)) }
        for second in 1_000..<1_016 { #expect(history.fenced(.producer(0), at: Self.at(second)) == .rebuild(unexplained: 0)) }
        #expect(history.fenced(.producer(0), at: Self.at(1_016)) == .rebuild(unexplained: 1))
    }
}

@Suite struct InstanceFencingTests {
    private func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }

    /// A predecessor's join may come late: once. A living rival joins again.
    @Test func theSecondTimeMeansARivalUnlessTheBrokersExplainIt() {
        var history = FencingHistory()
        var verdict = history.instanceFenced(at: at(100), patience: .seconds(30))
        #expect(verdict == .rebuild(unexplained: 0))
        verdict = history.instanceFenced(at: at(131), patience: .seconds(30))
        #expect(verdict == .rebuild(unexplained: 0))
        history.brokerTrouble(at: at(140))
        verdict = history.instanceFenced(at: at(141), patience: .seconds(30))
        #expect(verdict == .rebuild(unexplained: 0))
        verdict = history.instanceFenced(at: at(171), patience: .seconds(31))
        #expect(verdict == .exitRival)
    }
}
