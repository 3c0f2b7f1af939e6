import EventLoop
import Kafka
import TestSupport
import Testing
import Time

@testable import SMSWorker

/// The rules of one attempt; no broker answers here.
@Suite(.timeLimit(.minutes(1))) struct SessionOpeningTests {
    @Test func eachCallHasItsOwnTimeAndAnEndHasNone() async throws {
        let entered = TestSignal()
        let goOn = ThreadGate()
        let enteredAgain = TestSignal()
        let end = ThreadGate()
        let ended = TestSignal()
        let opening = try SessionOpening.begin { opening in
            try? opening.expectEnd(of: .seconds(10))
            entered.fire()
            goOn.pass()
            try? opening.expectEnd(of: .seconds(100))
            enteredAgain.fire()
            end.pass()
            ended.fire()
        }
        await entered.wait()
        #expect(!opening.isOverdue(at: .now))
        #expect(opening.isOverdue(at: .now + .seconds(31)))
        goOn.open()
        await enteredAgain.wait()
        #expect(!opening.isOverdue(at: .now + .seconds(250)))
        #expect(opening.isOverdue(at: .now + .seconds(301)))
        end.open()
        await ended.wait()
    }

    /// It may come back from its call when the next one has its producers already, and would fence them.
    @Test func anAbandonedOneMakesNoFurtherCallWhileTheNextGoesOn() async throws {
        let entered = TestSignal()
        let returns = ThreadGate()
        let refused = TestSignal()
        let isThrough = TestSignal()
        let opening = try SessionOpening.begin { opening in
            do throws(KafkaError) {
                try opening.expectEnd(of: .seconds(10))
                entered.fire()
                returns.pass()
                try opening.expectEnd(of: .seconds(10))
            } catch { refused.fire() }
        }
        await entered.wait()
        opening.abandon()
        let next = try SessionOpening.begin { opening in
            try? opening.expectEnd(of: .seconds(10))
            isThrough.fire()
        }
        await isThrough.wait()
        returns.open()
        await refused.wait()
        #expect(!next.isOverdue(at: .now))
    }
}
