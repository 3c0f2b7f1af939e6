import EventLoop
import Glibc
import Kafka
import Requests
import SMSPipeline
import TestSupport
import Testing
import Time

@testable import SMSWorker

@Suite("The log of receipts", .enabled(if: Broker.isAvailable, "needs a broker"), .timeLimit(.minutes(2)))
struct ReceiptLogTests {
    @Test func beginsAtTheEndAndReadsOn() async throws {
        let fixture = try await ReceiptLogFixture()
        await fixture.write(["a", "b", "c"])
        await fixture.startTail()
        let started = await fixture.on { $0.started }
        #expect(started?.next == 3 && (started?.timestamp ?? -1) > 1_700_000_000_000)
        await fixture.write(["d"])
        try await fixture.produceForeign()
        await fixture.write(["e"])
        await fixture.until { $0.receipts.count == 2 }
        await fixture.on { fixture in
            #expect(fixture.receipts.map(\.number) == [3, 5])
            #expect(fixture.receipts.map(\.ids) == [[fixture.identity.identity(of: "d")], [fixture.identity.identity(of: "e")]])
            #expect(fixture.receipts.allSatisfy { $0.account == ReceiptLogFixture.account && $0.status == .delivered })
            #expect(fixture.position?.next == 6 && (fixture.position?.timestamp ?? -1) >= (started?.timestamp ?? .max))
            #expect(fixture.tail.unreadableCount == 1)
            #expect(fixture.writer.counts == ReceiptWriter.Counts(written: 5) && fixture.writer.canWrite && fixture.changes == [])
            fixture.tail.askEnd(tag: 77)
        }
        await fixture.until { fixture in fixture.events.contains { if case .end(77, 6?) = $0 { true } else { false } } }
        try await fixture.close()
    }

    @Test func anEmptyLogBeginsAtZeroAndAPausedOneTellsNothing() async throws {
        let fixture = try await ReceiptLogFixture()
        await fixture.startTail()
        #expect(await fixture.on { $0.started } == ReceiptPosition(next: 0, timestamp: -1))
        await fixture.on { $0.tail.isPaused = true }
        await fixture.write((0..<2_500).map { "id-\($0)" })
        // What would be read has long been there when this is answered.
        #expect(await fixture.search(["id-7"], from: 0)?.receipts.map(\.number) == [7])
        await fixture.on { fixture in
            #expect(fixture.receipts.isEmpty)
            fixture.tail.isPaused = false
        }
        await fixture.until { $0.receipts.count == 2_500 }
        #expect(await fixture.on { $0.receipts.map(\.number) } == Array(0..<2_500))
        try await fixture.close()
    }

    @Test func searchesFindWhatTheyAreAskedFor() async throws {
        let fixture = try await ReceiptLogFixture()
        await fixture.startTail()
        await fixture.write((0..<20).map { "id-\($0 % 10)" })
        await fixture.until { $0.position?.next == 20 }
        let timestamp = try await fixture.timestamp(of: 9)
        let all = await fixture.search(["id-3", "id-4", "other"], from: 0)
        #expect(all?.receipts.map(\.number) == [3, 4, 13, 14] && all?.readCount == 20 && all?.lost == 0)
        let later = await fixture.search(["id-3"], from: 10, timestamp: timestamp)
        #expect(later?.receipts.map(\.number) == [13] && later?.readCount == 10)
        let unverified = await fixture.search(["id-3"], from: 4, end: 14)
        #expect(unverified?.receipts.map(\.number) == [13] && unverified?.readCount == 10)
        #expect(await fixture.search(["id-3"], from: 4, end: 13)?.receipts.isEmpty == true)
        // Another log's position: by its time, or by its number.
        let other = await fixture.search(["id-3"], from: 10, timestamp: timestamp - 1)
        #expect(other?.receipts.map(\.number) == [3, 13] && other?.isAnotherLog == true && later?.isAnotherLog == false)
        // When it began.
        let first = try await fixture.timestamp(of: 0)
        #expect(all?.beganAt == first && later?.beganAt == first)
        #expect(await fixture.search(["id-3"], from: 21)?.receipts.map(\.number) == [3, 13])
        // Nothing to look at.
        let nothing = ReceiptFindings(receipts: [], lost: 0, readCount: 0, isAnotherLog: false, beganAt: first)
        #expect(await fixture.search(["id-3"], from: 20) == nothing)
        #expect(await fixture.search([], from: 0) == nothing)
        try await fixture.close()
    }

    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka")) func whatRetentionTookIsCounted() async throws {
        let fixture = try await ReceiptLogFixture()
        await fixture.startTail()
        await fixture.write((0..<10).map { "id-\($0)" })
        try await fixture.deleteRecords(before: 4)
        let cut = await fixture.search((0..<10).map { "id-\($0)" }, from: 1)
        #expect(cut?.receipts.map(\.number) == Array(4..<10) && cut?.lost == 3 && cut?.readCount == 6)
        let gone = await fixture.search(["id-1"], from: 1, end: 3)
        let beganAt = try await fixture.timestamp(of: 4)
        #expect(gone == ReceiptFindings(receipts: [], lost: 2, readCount: 0, isAnotherLog: false, beganAt: beganAt))
        await fixture.write(["x"])
        await fixture.until { $0.position?.next == 11 }
        #expect(await fixture.on { $0.breaks.isEmpty })
        try await fixture.close()
    }

    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka")) func aLogThatIsMadeAnewIsReadFromItsBeginning() async throws {
        let fixture = try await ReceiptLogFixture()
        await fixture.write(["a", "b", "c"])
        await fixture.startTail()
        await fixture.write(["d"])
        await fixture.until { $0.position?.next == 4 }
        try await fixture.makeTopicAnew()
        await fixture.write(["n0", "n1"])
        await fixture.until { $0.receipts.count == 3 }
        await fixture.on { fixture in
            #expect(fixture.breaks.map(\.next) == [0])
            #expect(fixture.receipts.map(\.number) == [3, 0, 1])
            #expect(fixture.receipts.last?.ids == [fixture.identity.identity(of: "n1")])
        }
        try await fixture.close()
    }

    /// The topic is missing: that is one reason of many.
    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka")) func whatCannotBeWrittenIsWrittenLater() async throws {
        let fixture = try await ReceiptLogFixture(topic: "receipts-\(UInt64.random(in: 0 ... .max))")
        await fixture.on { fixture in
            for id in ["a", "b", "c"] { fixture.write(id) }
        }
        await fixture.until { $0.changes == [false] }
        #expect(await fixture.on { !$0.writer.canWrite && $0.keptCount == 0 && $0.writer.waitingCount == 3 })
        try await fixture.makeTopic()
        await fixture.until { $0.keptCount == 3 }
        #expect(await fixture.on { $0.writer.canWrite && $0.changes == [false, true] && $0.writer.waitingCount == 0 })
        try await fixture.close()
    }

    /// The broker stands still for longer than patience lasts.
    @Test(.enabled(if: Broker.available == .apacheKafka, "needs an Apache Kafka of its own"))
    func aBrokerThatStandsStillCostsTime() async throws {
        let broker = try await onThread { try Broker.start() }
        let fixture = try await ReceiptLogFixture(on: broker)
        await fixture.startTail()
        await fixture.write(["a"])
        await fixture.until { $0.receipts.count == 1 }
        broker.process?.send(signal: SIGSTOP)
        await fixture.on { fixture in
            for number in 0..<50 { fixture.write("b-\(number)") }
            fixture.tail.askEnd(tag: 1)
        }
        await fixture.until { $0.changes == [false] }
        broker.process?.send(signal: SIGCONT)
        await fixture.until { $0.keptCount == 51 && Set($0.receipts.flatMap(\.ids)).count == 51 }
        await fixture.until { fixture in fixture.events.contains { if case .end(1, _) = $0 { true } else { false } } }
        await fixture.on { fixture in
            #expect(fixture.changes == [false, true] && fixture.breaks.isEmpty)
            #expect(fixture.receipts.map(\.number) == (0..<fixture.receipts.count).map(Int64.init))
        }
        try await fixture.close()
        try await onThread { broker.process?.stop() }
    }

    /// A marker of a transaction takes a number, as a record would that is gone.
    @Test(.enabled(if: Broker.isKafka, "needs Apache Kafka")) func aGapIsGoneBackForAndThenTold() async throws {
        let fixture = try await ReceiptLogFixture()
        await fixture.startTail()
        await fixture.write(["a"])
        try await fixture.produceInATransaction()
        await fixture.write(["b"])
        // The marker stands before it or behind it.
        await fixture.until { $0.breaks.count == 1 && $0.receipts.count == 2 }
        await fixture.write(["c"])
        await fixture.until { $0.receipts.count == 3 }
        await fixture.on { fixture in
            #expect(fixture.receipts.last?.number == 4 && fixture.position?.next == 5 && fixture.tail.unreadableCount == 1)
            #expect(fixture.breaks.map(\.lost) == [1])
        }
        try await fixture.close()
    }

    /// All that was taken is written; the one that was not comes again when the bind has been given up, which is for a moment.
    @Test func oneThatWasNotTakenEndsTheBind() async throws {
        let fixture = try await ReceiptLogFixture()
        await fixture.on { $0.writer.notTaken() }
        await fixture.write(["a"])
        await fixture.until { $0.changes.count == 2 }
        #expect(await fixture.on { $0.writer.canWrite && $0.changes == [false, true] && $0.writer.counts.dropped == 1 })
        try await fixture.close()
    }

    @Test func aFlushEndsWhenAllIsWritten() async throws {
        let fixture = try await ReceiptLogFixture()
        let signal = TestSignal()
        await fixture.on { fixture in
            for number in 0..<100 { fixture.write("\(number)") }
            fixture.writer.flush(within: .seconds(60)) {
                #expect(fixture.writer.waitingCount == 0 && fixture.keptCount == 100)
                signal.fire()
            }
        }
        await signal.wait()
        try await fixture.close()
    }

    /// `RECEIPT_SEARCH_RECORDS`: a million by hand, in a release build.
    @Test func aLongLogIsSearchedFast() async throws {
        let count = getenv("RECEIPT_SEARCH_RECORDS").flatMap { Int(String(cString: $0)) } ?? 50_000
        let fixture = try await ReceiptLogFixture()
        try await fixture.produce(count)
        let start = MonotonicInstant.now
        let found = await fixture.search(["id-\(count - 1)"], from: 0)
        let took = MonotonicInstant.now - start
        #expect(found?.receipts.map(\.number) == [Int64(count - 1)] && found?.readCount == count)
        print("\(count) receipts were looked through in \(took.milliseconds) ms")
        try await fixture.close()
    }
}
