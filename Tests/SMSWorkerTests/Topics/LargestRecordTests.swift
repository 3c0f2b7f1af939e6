import JSON
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// Nothing that one record can contain may make a transaction fail: what the bounds of admission add up to fits the least limit of a topic.
@Suite struct LargestRecordTests {
    /// An id, as JSON writes it, takes most bytes of its characters where they are control characters, as bytes where they are not.
    private static let ids = [String(repeating: "\u{1}", count: SendRequest.idLimit), String(repeating: "😀", count: SendRequest.idLimit)]

    private func echo(_ id: String) -> Echo {
        var echo = Echo(
            id: Array(id.utf8), key: [UInt8](repeating: 0xFF, count: SendRequest.keyLimit),
            metadata: Array("{\"a\":\"\(String(repeating: "x", count: SendRequest.metadataLimit - 8))\"}".utf8),
            traceparent: [UInt8](repeating: 0x61, count: SendRequest.traceLimit),
            tracestate: [UInt8](repeating: 0x61, count: SendRequest.traceLimit))
        echo.messageIDs = Array(repeating: String(repeating: "9", count: Echo.messageIDLength), count: Echo.messageIDLimit)
        let cost = [UInt8](repeating: UInt8(ascii: "1"), count: Echo.costLength)
        echo.cost = Echo.Cost(credits: cost, money: cost)
        echo.providerStatus = [UInt8](repeating: 1, count: Echo.providerStatusLimit)
        return echo
    }

    @Test(arguments: ids) func theLargestEventFits(_ id: String) {
        let echo = echo(id)
        var encoder = StatusEventEncoder(group: String(repeating: "g", count: 249))
        var value: [UInt8] = []
        var headers = RecordHeaders()
        let reason = EntryEvent.Reason(
            code: String(repeating: "C", count: 64), kind: .undelivered, message: String(repeating: "m", count: 512))
        encoder.encode(
            EntryEvent(status: .delivered, isFinal: false, sequence: .max, attempt: .max, reason: reason, isPossibleDuplicate: true),
            of: echo, at: 1_795_500_000_123,
            position: RecordPosition(topic: String(repeating: "t", count: 249), partition: .max, offset: .max), value: &value,
            headers: &headers)
        let size = value.count + headers.byteCount + headers.count * 16 + StatusEventEncoder.key(of: echo).count + 256
        #expect(size <= TopicSetting.leastMessageLimit, "\(size) bytes")
    }

    @Test(arguments: ids) func theLargestEntryFits(_ id: String) {
        let message = Message(
            phone: [UInt8](repeating: UInt8(ascii: "1"), count: 15),
            text: Array(String(repeating: "😀", count: SendRequest.textLimit).utf8), isTemplate: false,
            sender: Array(String(repeating: "😀", count: SendRequest.senderLimit).utf8))
        let entry = LedgerEntry(
            echo: echo(id), message: message, offset: .max, timestamp: .max, isPriority: true, policy: .hold,
            admittedAt: .max, sendAt: .max, expiresAt: .max)
        var value: [UInt8] = []
        LedgerCodec.encode(entry, into: &value)
        let size = value.count + entry.echo.id.count + 256
        #expect(size <= TopicSetting.leastMessageLimit, "\(size) bytes")
    }

    @Test func theLeastDeadLetterFits() {
        var headers = RecordHeaders()
        let reason = DeadLetterReason(.badText, String(repeating: "m", count: 512))
        let extent = DeadLetterEncoder(limit: TopicSetting.leastMessageLimit).encode(
            reason, at: RecordPosition(topic: String(repeating: "t", count: 249), partition: .max, offset: .max), timestamp: .max,
            key: 1 << 20, value: 1 << 20, originals: RecordHeaders(), now: 1_795_500_000_123, into: &headers)
        #expect(extent == .headersAlone)
        #expect(headers.byteCount + headers.count * 16 + 256 <= TopicSetting.leastMessageLimit)
    }
}
