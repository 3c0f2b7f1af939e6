import EventLoop
import Kafka
import Logging
import Requests
import SMPP
import TestSupport

@testable import SMSPipeline
@testable import SMSWorker

/// A topic of receipts on the tests' broker, its writer and its tail.
///
/// `@unchecked Sendable`: its state is touched on the loop only.
final class ReceiptLogFixture: WatchedOnLoop, @unchecked Sendable {
    static let account: UInt32 = 7
    let broker: Broker
    let topic: String
    let loop: EventLoop
    let writer: ReceiptWriter
    let tail: ReceiptTail
    let identity = MessageIdentity(.opaque)
    private(set) var events: [ReceiptLogEvent] = []
    private(set) var keptCount = 0
    private(set) var changes: [Bool] = []
    let watchers = LoopWatchers<ReceiptLogFixture>()

    /// - Parameters:
    ///   - topic: nil for one that is made now.
    ///   - broker: nil for the one that all tests share.
    init(topic: String? = nil, on broker: Broker? = nil) async throws {
        let shared = broker == nil ? try await Broker.shared() : nil
        guard let broker = broker ?? shared else { preconditionFailure("one of them there is") }
        self.broker = broker
        let settings = [(key: "message.timestamp.type", value: "LogAppendTime")]
        self.topic = try await onThread { try topic ?? broker.makeTopic("receipts", settings: Broker.isKafka ? settings : []) }
        loop = try EventLoop(name: "receipts-test")
        let access = KafkaAccess(properties: KafkaProperties([(key: "topic.metadata.refresh.interval.ms", value: "500")]))
        let servers = broker.bootstrapServers
        let log = Logger(label: "test")
        writer = try ReceiptWriter(loop: loop, topic: self.topic, bootstrapServers: servers, access: access, log: log)
        tail = try ReceiptTail(loop: loop, topic: self.topic, bootstrapServers: servers, access: access, identity: identity, log: log)
        await on { fixture in
            fixture.tail.receive = { [unowned fixture] in
                fixture.events.append($0)
                fixture.look()
            }
            fixture.writer.changed = { [unowned fixture] in
                fixture.changes.append($0)
                fixture.look()
            }
        }
    }

    func startTail() async {
        await on { $0.tail.start() }
        await until { fixture in fixture.events.contains { if case .started = $0 { true } else { false } } }
    }

    /// Writes receipts with these ids, and returns when all are written.
    func write(_ ids: [String]) async {
        let before = await on { fixture in
            for id in ids { fixture.write(id) }
            return fixture.keptCount
        }
        await until { $0.keptCount == before + ids.count }
    }

    func search(_ ids: [String], from: Int64, timestamp: Int64 = -1, end: Int64 = .max) async -> ReceiptFindings? {
        let tag = UInt64.random(in: 0 ... .max)
        let search = ReceiptSearch(
            ids: Set(ids.map(identity.identity)), from: ReceiptPosition(next: from, timestamp: timestamp), end: end)
        await on { $0.tail.search(search, tag: tag) }
        await until { $0.findings[tag] != nil }
        return await on { try? $0.findings[tag]?.get() }
    }

    func close() async throws {
        await on { fixture in
            fixture.tail.close()
            fixture.writer.close()
        }
        try await onThread { self.loop.stop() }
    }

    static func record(_ id: String) -> ReceiptRecord {
        let receipt = DeliveryReceipt(
            parameterID: id, textID: nil, state: .delivered, error: nil, source: AddressHash("375291234567"),
            destination: AddressHash("Shop"))
        return ReceiptRecord(receipt, account: account)
    }

    // MARK: On the loop

    private var findings: [UInt64: Result<ReceiptFindings, BrokerError>] {
        var findings: [UInt64: Result<ReceiptFindings, BrokerError>] = [:]
        for event in events { if case .found(let tag, let result) = event { findings[tag] = result } }
        return findings
    }

    var started: ReceiptPosition? { events.lazy.compactMap { if case .started(let position) = $0 { position } else { nil } }.first }

    var receipts: [Receipt] {
        var all: [Receipt] = []
        for event in events { if case .read(let receipts, _) = event { all += receipts } }
        return all
    }

    var position: ReceiptPosition? { events.lazy.reversed().compactMap { if case .read(_, let next) = $0 { next } else { nil } }.first }

    var breaks: [(next: Int64, lost: Int64)] {
        events.compactMap { if case .broken(let next, let lost) = $0 { (next.next, lost) } else { nil } }
    }

    func kept() {
        keptCount += 1
        look()
    }
}
