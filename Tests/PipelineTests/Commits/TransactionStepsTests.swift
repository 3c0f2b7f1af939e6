import Testing

@testable import Requests
@testable import SMSPipeline

struct TransactionStepsTests {
    struct Failure: Error, Equatable {
        let number: Int
    }

    typealias Steps = TransactionSteps<Failure>
    private static let failure = Failure(number: 1)
    private static let later = Failure(number: 2)

    /// The calls that are made while every one is done, the first included.
    private static func course(_ steps: Steps) -> [Steps.Call] {
        var steps = steps
        var calls = [steps.call]
        while calls.count < 20, !isEnd(steps.call) { calls.append(steps.next(after: .done)) }
        return calls
    }

    private static func isEnd(_ call: Steps.Call) -> Bool {
        if case .end = call { true } else { false }
    }

    /// The machine at a call of the undisturbed course.
    private static func steps(at call: Steps.Call) -> Steps {
        var steps = Steps(mayBegin: false)
        while steps.call != call, !isEnd(steps.call) { steps.next(after: .done) }
        return steps
    }

    private static let calls: [Steps.Call] = [.begin, .produce, .flush, .awaitTurn, .sendOffsets, .commit]

    @Test func offsetsGoInWhenTheRecordsAreAcknowledged() {
        #expect(Self.course(Steps(mayBegin: true)) == Self.calls + [.end(.committed)])
    }

    @Test func aProducerInDoubtIsMadeAnewBeforeItBegins() {
        #expect(Self.course(Steps(mayBegin: false)) == [.renew] + Self.calls + [.end(.committed)])
    }

    /// Nothing has begun: whatever the reason is, the same operations are tried again.
    @Test(arguments: [Steps.Fault.slow, .refused, .membership, .fenced, .rivalInstance, .endedFromOutside])
    func aProducerThatCannotBeMadeAnewIsAnAbort(fault: Steps.Fault) {
        var steps = Steps(mayBegin: false)
        #expect(steps.next(after: .failed(fault, Self.failure)) == .end(.aborted(Self.failure)))
    }

    /// Whatever the reason is: it goes again behind the one before it.
    @Test(arguments: [Steps.Fault.slow, .refused, .membership])
    func whatIsNotFollowedByACommitIsWithdrawn(fault: Steps.Fault) {
        var steps = Self.steps(at: .awaitTurn)
        #expect(steps.next(after: .failed(fault, Self.failure)) == .abort(then: .withdrawn))
        #expect(steps.next(after: .done) == .end(.withdrawn))
    }

    @Test func whatWasRefusedIsAborted() {
        for call in Self.calls where call != .awaitTurn {
            var steps = Self.steps(at: call)
            #expect(steps.next(after: .failed(.refused, Self.failure)) == .abort(then: .aborted(Self.failure)), "\(call)")
            #expect(steps.next(after: .done) == .end(.aborted(Self.failure)))
            steps = Self.steps(at: call)
            #expect(steps.next(after: .failed(.membership, Self.failure)) == .abort(then: .membership(Self.failure)), "\(call)")
            #expect(steps.next(after: .done) == .end(.membership(Self.failure)))
        }
    }

    /// The same call, never another one. What is not a call to a coordinator is not made again: its records may stand in the queue twice.
    @Test func aSlowBrokerIsAskedAgain() {
        for call in Self.calls where call != .awaitTurn {
            var steps = Self.steps(at: call)
            let next = steps.next(after: .failed(.slow, Self.failure))
            #expect(next == (call == .sendOffsets || call == .commit ? call : .abort(then: .aborted(Self.failure))), "\(call)")
        }
        var steps = Self.steps(at: .sendOffsets)
        steps.next(after: .failed(.membership, Self.failure))
        #expect(steps.next(after: .failed(.slow, Self.later)) == .abort(then: .membership(Self.failure)), "the cause stays")
    }

    /// The producer can do nothing more: no abort either.
    @Test func aFencedTransactionIsLeft() {
        for call in Self.calls.filter({ $0 != .awaitTurn }) + [.abort(then: .aborted(Self.failure))] {
            let results: [(Steps.Fault, CommitResult<Failure>)] = [
                (.fenced, .fenced(Self.later)), (.rivalInstance, .rival(Self.later)), (.endedFromOutside, .fateOpen(Self.later)),
            ]
            for (fault, result) in results {
                var steps = Self.steps(at: call)
                if Self.isEnd(steps.call) {
                    steps = Self.steps(at: .produce)
                    steps.next(after: .failed(.refused, Self.failure))
                }
                #expect(steps.next(after: .failed(fault, Self.later)) == .end(result), "\(call) \(fault)")
            }
        }
    }

    /// Neither committed nor aborted.
    @Test func anAbortThatIsRefusedLeavesTheFateOpen() {
        for fault in [Steps.Fault.refused, .membership] {
            var steps = Self.steps(at: .commit)
            steps.next(after: .failed(.refused, Self.failure))
            #expect(steps.next(after: .failed(fault, Self.later)) == .end(.fenced(Self.later)))
        }
    }

    @Test func theEndStays() {
        var steps = Self.steps(at: .commit)
        steps.next(after: .done)
        #expect(steps.next(after: .done) == .end(.committed))
        #expect(steps.next(after: .failed(.fenced, Self.failure)) == .end(.committed))
    }
}
