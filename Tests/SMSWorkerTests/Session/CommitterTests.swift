import EventLoop
import Kafka
import Synchronization
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// The thread's own rules; no broker answers here.
@Suite(.timeLimit(.minutes(1))) struct CommitterTests {
    private static func producer(_ number: Int) throws(KafkaError) -> TransactionalProducer {
        try TransactionalProducer(transactionalID: "t-\(number)", bootstrapServers: "127.0.0.1:1", properties: [])
    }

    /// A late rebuild of a session that is gone would fence the producers of the one that follows it.
    @Test func anAbandonedCommitterMakesNoMoreProducers() async throws {
        let entered = TestSignal()
        let ended = TestSignal()
        let gate = ThreadGate()
        let made = TestCounter()
        let answers = TestCounter()
        let committer = try await onThread {
            try Committer(
                timeout: .seconds(10), initialisations: [LateInitialisations(), LateInitialisations()]
            ) { number throws(KafkaError) in
                made.increment()
                if made.count == 3 {
                    entered.fire()
                    gate.pass()
                }
                return try Self.producer(number)
            }
        }
        committer.rebuildProducers { _ in answers.increment() }
        committer.rebuildProducers { _ in answers.increment() }
        await entered.wait()
        committer.abandon()
        gate.open()
        committer.free { if $0 == 0 { ended.fire() } }
        await ended.wait()
        #expect(made.count == 3, "one was being made, and none after it")
        #expect(answers.count == 0, "a session that is gone has nothing to say")
        #expect((0...1).map { committer.takeLateInitialisations(of: $0) } == [1, 0], "the one may have fenced its successor")
    }

    /// Two slow initialisations do not make the commit behind them look like a call that hangs.
    @Test func eachPieceOfWorkHasItsOwnTime() async throws {
        let entered = TestSignal()
        let ended = [TestSignal(), TestSignal()]
        let gate = ThreadGate()
        let made = TestCounter()
        let committer = try await onThread {
            try Committer(timeout: .seconds(10)) { number throws(KafkaError) in
                made.increment()
                if made.count == 3 {
                    entered.fire()
                    gate.pass()
                }
                return try Self.producer(number)
            }
        }
        #expect(!committer.isOverdue(at: .now + .seconds(3_600)), "idle")
        committer.rebuildProducers { _ in }
        await entered.wait()
        let limit = Committer.initTimeout(.seconds(10)) * 3
        #expect(!committer.isOverdue(at: .now + limit - .seconds(5)))
        #expect(committer.isOverdue(at: .now + limit + .seconds(1)))
        gate.open()
        committer.free { ended[$0].fire() }
        for signal in ended { await signal.wait() }
        #expect(!committer.isOverdue(at: .now + .seconds(3_600)), "idle again")
    }

    /// While a rival is judged, what the brokers did must be known, also where the call's last word is a fencing.
    @Test func troubleIsTakenOnce() async throws {
        let ended = TestSignal()
        let made = TestCounter()
        let committer = try await onThread {
            try Committer(timeout: .seconds(10)) { number throws(KafkaError) in
                made.increment()
                let producer = try Self.producer(number)
                if made.count == 3 { try producer.initTransactions(timeout: .milliseconds(10)) }
                return producer
            }
        }
        #expect(!committer.takeTrouble())
        committer.rebuildProducers { _ in ended.fire() }
        await ended.wait()
        #expect(committer.takeTrouble(), "no broker answered")
        #expect(!committer.takeTrouble())
        committer.free()
    }
}
