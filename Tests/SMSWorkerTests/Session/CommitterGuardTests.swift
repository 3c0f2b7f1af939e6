import Kafka
import Synchronization
import TestSupport
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// The committer with librdkafka's own brokers: late requests, and what a broker makes of a transaction.
@Suite("A committer and its producers", .timeLimit(.minutes(1))) struct CommitterGuardTests {
    /// Kafka's numbers of requests, and codes.
    enum Request {
        static let produce: Int16 = 0
        static let transactionOffsets: Int16 = 28
        static let endTransaction: Int16 = 26
    }

    enum Code {
        static let transport: Int32 = -195
        static let illegalGeneration: Int32 = 22
        static let messageTooLarge: Int32 = 10
        static let invalidTransactionState: Int32 = 48
        static let producerFenced: Int32 = 90
    }

    /// One cluster, one committer with it.
    private final class Rig: Sendable {
        let cluster: MockCluster
        let committer: Committer
        /// The numbers of the producers that were made, in order.
        let made: Made
        private let turns = Mutex((last: UInt64(0), turns: CommitTurns<CommitFate>()))

        final class Made: Sendable {
            let numbers = Mutex<[Int]>([])
            let refusals = Mutex<Int>(0)
        }

        init() throws {
            let cluster = try MockCluster()
            for topic in ["requests", "ledger", "status", "dead"] { try cluster.createTopic(topic, partitions: 1) }
            let made = Made()
            self.cluster = cluster
            self.made = made
            committer = try Committer(timeout: .seconds(10)) { number throws(KafkaError) in
                let isRefused = made.refusals.withLock { refusals in
                    guard refusals > 0 else { return false }
                    refusals -= 1
                    return true
                }
                made.numbers.withLock { $0.append(number) }
                if isRefused { throw KafkaError(local: "refused by the test") }
                let producer = try TransactionalProducer(
                    transactionalID: "guard-\(number)", bootstrapServers: cluster.bootstrapServers, properties: [])
                try producer.initTransactions(timeout: .seconds(20))
                return producer
            }
        }

        deinit { committer.free() }

        var madeNumbers: [Int] { made.numbers.withLock { $0 } }

        /// The next `count` producers cannot be made.
        func refuse(_ count: Int) { made.refusals.withLock { $0 = count } }

        func commit() async -> CommitReport {
            var content = TransactionContent()
            content.owners = [
                TransactionContent.Owner(
                    assignment: AssignmentID(value: 1), topic: "requests", ledgerTopic: "ledger", partition: 0, offset: 5, highestEntry: 4)
            ]
            var writer = OperationWriter(content: content, owner: 0)
            writer.record(.ledger, key: [1]) { $0 += [1, 2, 3] }
            let written = writer.content
            let place = turns.withLock {
                $0.last += 1
                return $0.turns.next($0.last, behind: nil)
            }
            return await withCheckedContinuation { continuation in
                committer.commit(
                    written, alive: [true], topics: TransactionTopics(status: "status", deadLetter: "dead"),
                    metadata: GroupMetadata(group: "g"), at: place, ended: { continuation.resume(returning: $0) })
            }
        }

        func cut(_ request: Int16) { cluster.pushErrors(apiKey: request, [Code.transport]) }
    }

    private static func rig() async throws -> Rig { try await onThread { try Rig() } }

    private static func name(_ report: CommitReport) -> String {
        switch report.result {
        case .committed: "committed"
        case .aborted(let error): "aborted \(error.name)"
        case .membership(let error): "membership \(error.name)"
        case .fenced(let error): "fenced \(error.name)"
        case .fateOpen(let error): "fate open \(error.name)"
        case .rival(let error): "rival \(error.name)"
        case .withdrawn: "withdrawn"
        }
    }

    @Test func undisturbedBothProducersStay() async throws {
        let rig = try await Self.rig()
        for number in 0..<10 {
            let report = await rig.commit()
            #expect(report.producer == number % 2 && report.renewal == nil && Self.name(report) == "committed")
        }
        #expect(rig.madeNumbers == [0, 1])
        #expect(!rig.committer.takeTrouble())
    }

    /// The commit was well, and still a copy of its end may be under way: it must not meet another transaction of this producer.
    @Test func aProducerWhoseEndWasNotAnsweredIsMadeAnewBeforeItsNext() async throws {
        let rig = try await Self.rig()
        rig.cut(Request.endTransaction)
        #expect(Self.name(await rig.commit()) == "committed")
        #expect(rig.committer.takeTrouble(), "a connection was lost")
        let other = await rig.commit()
        #expect(other.renewal == nil && rig.madeNumbers == [0, 1], "the other producer is in no doubt")
        let next = await rig.commit()
        #expect(next.producer == 0 && next.renewal != nil && Self.name(next) == "committed")
        #expect(rig.madeNumbers == [0, 1, 0])
        for _ in 0..<4 { #expect(await rig.commit().renewal == nil) }
        #expect(rig.madeNumbers == [0, 1, 0])
    }

    /// librdkafka gives the next transaction's records the numbers of those that it gave up: a batch of before that arrives late makes the
    /// broker take the new one for its repeat, acknowledge it and drop it.
    @Test func aProducerWhoseRecordsWereNotAnsweredIsMadeAnewBeforeItsNext() async throws {
        let rig = try await Self.rig()
        rig.cut(Request.produce)
        #expect(Self.name(await rig.commit()) == "committed")
        #expect(rig.committer.takeTrouble(), "a connection was lost")
        _ = await rig.commit()
        let next = await rig.commit()
        #expect(next.producer == 0 && next.renewal != nil && Self.name(next) == "committed")
        #expect(rig.madeNumbers == [0, 1, 0])
    }

    @Test func anAbortThatWasNotAnsweredMakesItAnewToo() async throws {
        let rig = try await Self.rig()
        rig.cluster.pushErrors(apiKey: Request.transactionOffsets, [Code.illegalGeneration])
        rig.cut(Request.endTransaction)
        #expect(Self.name(await rig.commit()) == "membership ILLEGAL_GENERATION")
        _ = await rig.commit()
        #expect(await rig.commit().renewal != nil)
        #expect(rig.madeNumbers == [0, 1, 0])
    }

    @Test func aProducerThatCannotBeMadeAnewIsTriedAgain() async throws {
        let rig = try await Self.rig()
        rig.cut(Request.endTransaction)
        _ = await rig.commit()
        _ = await rig.commit()
        rig.refuse(2)
        for _ in 0..<2 {
            let report = await rig.commit()
            #expect(report.producer == 0 && Self.name(report) == "aborted _INVALID_ARG" && report.renewal == nil)
            if case .aborted(let error) = report.result {
                #expect(error.description == "_INVALID_ARG: no new producer: refused by the test")
            }
            #expect(Self.name(await rig.commit()) == "committed", "the other one")
        }
        let report = await rig.commit()
        #expect(report.renewal != nil && Self.name(report) == "committed")
        #expect(rig.madeNumbers == [0, 1, 0, 0, 0])
    }

    /// Offsets that were in the transaction already could be committed without these records.
    @Test func noOffsetsGoInWhereARecordWasRefused() async throws {
        let rig = try await Self.rig()
        rig.cluster.pushErrors(apiKey: Request.produce, [Code.messageTooLarge])
        // Would be the answer to the offsets, and what the transaction is told to have ended of.
        rig.cluster.pushErrors(apiKey: Request.transactionOffsets, [Code.illegalGeneration])
        let report = await rig.commit()
        #expect(Self.name(report) == "aborted MSG_SIZE_TOO_LARGE")
        if case .aborted(let error) = report.result {
            #expect(error.description.hasPrefix("MSG_SIZE_TOO_LARGE: the topic ledger refused a record (MSG_SIZE_TOO_LARGE)"), "\(error)")
        }
        #expect(Self.name(await rig.commit()) == "membership ILLEGAL_GENERATION", "the offsets of the next one")
    }

    /// A late request has ended the transaction: what is visible of it is open, and no rival was there.
    @Test(arguments: [Request.produce, Request.transactionOffsets, Request.endTransaction])
    func aTransactionInAnotherStateIsLeftOpen(request: Int16) async throws {
        let rig = try await Self.rig()
        rig.cluster.pushErrors(apiKey: request, [Code.invalidTransactionState])
        #expect(Self.name(await rig.commit()) == "fate open INVALID_TXN_STATE")
    }

    @Test func aFencedEndIsFenced() async throws {
        let rig = try await Self.rig()
        rig.cluster.pushErrors(apiKey: Request.endTransaction, [Code.producerFenced])
        let report = await rig.commit()
        #expect(report.producer == 0 && Self.name(report).hasPrefix("fenced "), "\(Self.name(report))")
    }
}
