import EventLoop
import Kafka
import TestSupport
import Testing
import Time

@Suite("Records pass unharmed", .enabled(if: Broker.isAvailable, "needs a broker"))
struct RoundTripTests {
    /// Copies of what a record lent.
    struct Copy: Equatable, Sendable {
        var key: [UInt8]?
        var value: [UInt8]?
        var headers: [Header] = []

        struct Header: Equatable, Sendable {
            let name: [UInt8]
            let value: [UInt8]?
        }
    }

    @Test func nullEmptyLargeAndStrangeBytes() async throws {
        let broker = try await Broker.shared()
        let large = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let sent: [Copy] = [
            Copy(key: nil, value: [1]), Copy(key: [], value: [2]), Copy(key: [0], value: nil), Copy(key: [1], value: []),
            Copy(key: [2], value: large),
            Copy(
                key: [3], value: [3],
                headers: [
                    .init(name: Array("a".utf8), value: [1]), .init(name: Array("a".utf8), value: [2]),
                    .init(name: Array("b".utf8), value: nil), .init(name: Array("a".utf8), value: []),
                    .init(name: [0xFF, 0xC3, 0x28], value: [0, 0xFF, 0]), .init(name: [], value: [9]),
                ]),
        ]
        let received = try await onThread {
            let topic = try broker.makeTopic(settings: [(key: "max.message.bytes", value: "2000000")])
            let producer = try Producer(
                bootstrapServers: broker.bootstrapServers, properties: [(key: "message.max.bytes", value: "2000000")])
            for (tag, record) in sent.enumerated() { try record.produce(with: producer, topic: topic, tag: tag) }
            try producer.flush(timeout: .seconds(30))
            let reports = producer.takeReports()
            #expect(reports.map(\.tag) == Array(sent.indices))
            #expect(reports.map(\.offset) == sent.indices.map { Int64($0) })
            return try Self.read(broker, TopicPartition(topic: topic, partition: 0), count: sent.count)
        }
        #expect(received == sent)
    }

    private static func read(_ broker: Broker, _ partition: TopicPartition, count: Int) throws -> [Copy] {
        let reader = try LogReader(bootstrapServers: broker.bootstrapServers, isolation: .committed, properties: [])
        try reader.start(partition, at: .beginning)
        var found: [Copy] = []
        let deadline = MonotonicInstant.now + .seconds(30)
        while found.count < count, MonotonicInstant.now < deadline {
            switch reader.poll(timeout: .seconds(1)) {
            case .record(let record):
                var copy = Copy(key: record.withKey { $0.map { [UInt8]($0) } }, value: record.withValue { $0.map { [UInt8]($0) } })
                record.withHeaders { copy.headers.append(.init(name: [UInt8]($0), value: $1.map { [UInt8]($0) })) }
                #expect(record.offset == Int64(found.count))
                #expect(record.timestampKind != .none)
                found.append(copy)
            case .error(let error): throw error
            default: continue
            }
        }
        return found
    }
}

extension RoundTripTests.Copy {
    func produce(with producer: Producer, topic: String, tag: Int) throws {
        try withBytes(key) { key in
            try withBytes(value) { value in
                try producer.produce(
                    topic: topic, partition: 0, key: key, value: value,
                    headers: headers.isEmpty
                        ? nil
                        : { lend in
                            for header in headers {
                                header.name.withUnsafeBytes { name in withBytes(header.value) { lend(name, $0) } }
                            }
                        }, tag: tag)
            }
        }
    }
}

/// Lends an optional array as optional bytes.
func withBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Result) rethrows -> Result {
    guard let bytes else { return try body(nil) }
    return try bytes.withUnsafeBytes { try body($0) }
}
