import Logging
import Synchronization
import TestSupport
import Testing

@testable import Kafka

@Suite(.timeLimit(.minutes(1))) struct KafkaLogTests {
    /// Keeps librdkafka's lines, and passes them on.
    private final class Tee: LogSink {
        static let shared = Tee()
        private let kept = Mutex<[String]>([])
        private let next = StandardErrorSink()

        var lines: [String] { kept.withLock { $0 } }

        func write(line: [UInt8]) {
            kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            next.write(line: line)
        }
    }

    /// Nobody listens there: librdkafka says so, and says it again with each try.
    @Test func itsLinesAreOursAndNotTooMany() async throws {
        KafkaLog.write(to: LoggingSystem(level: .info, format: .text, sink: Tee.shared))
        let name = fresh("log")
        try await onThread {
            let producer = try Producer(
                bootstrapServers: "127.0.0.1:\(FreePort.next())",
                properties: [
                    (key: "client.id", value: name), (key: "reconnect.backoff.ms", value: "10"),
                    (key: "reconnect.backoff.max.ms", value: "20"),
                ])
            let error = #expect(throws: KafkaError.self) {
                try producer.produce(topic: "t", partition: 0, key: nil, value: nil, tag: 0)
                try producer.flush(timeout: .seconds(1))
            }
            #expect(error?.isTimeout == true)
        }
        let lines = Tee.shared.lines.filter { $0.contains(name) }
        #expect(lines.contains { $0.contains("Connection refused") }, "\(lines)")
        #expect(lines.allSatisfy { $0.contains(" WARNING librdkafka: ") && $0.contains("kafka.facility=") }, "\(lines)")
        // It tries many times, and says so more than once.
        #expect(lines.filter { $0.contains("kafka.facility=FAIL") }.count == 1, "\(lines)")
    }

    @Test func nothingThatItSaysIsAnError() {
        #expect((0...7).map { KafkaLog.logLevel($0) } == [.warning, .warning, .warning, .warning, .warning, .notice, .info, .debug])
    }
}
