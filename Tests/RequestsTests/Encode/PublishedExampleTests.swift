import Foundation
import JSON
import PipelineSupport
import Testing

@testable import Requests

/// What is published is, byte for byte but for spaces, what `schemas/examples` shows.
@Suite struct PublishedExampleTests {
    private let position = RecordPosition(topic: "sms.requests", partition: 3, offset: 41)
    private let at: Int64 = 1_795_500_000_123

    private func example(_ path: String) throws -> JSONValue {
        let file = URL(filePath: #filePath).appending(path: "../../../../schemas/examples/\(path).json").standardized
        return try JSONValue(parsing: Array(try Data(contentsOf: file)))
    }

    private func object(_ headers: RecordHeaders) -> JSONValue {
        var object = JSONObject()
        headers.withEach { name, value in
            object.append(String(decoding: name, as: UTF8.self), .string(value.map { String(decoding: $0, as: UTF8.self) } ?? ""))
        }
        return .object(object)
    }

    private func published(_ event: EntryEvent, _ echo: Echo) throws -> (value: JSONValue, headers: JSONValue) {
        var encoder = StatusEventEncoder(group: "rocketsms-worker")
        var value: [UInt8] = []
        var headers = RecordHeaders()
        encoder.encode(event, of: echo, at: at, position: position, value: &value, headers: &headers)
        return (try JSONValue(parsing: value), object(headers))
    }

    private func event(
        _ status: MessageStatus, isFinal: Bool, sequence: UInt16, attempt: Int? = 1, reason: EntryEvent.Reason? = nil,
        isPossibleDuplicate: Bool = false
    ) -> EntryEvent {
        EntryEvent(
            status: status, isFinal: isFinal, sequence: sequence, attempt: attempt, reason: reason, isPossibleDuplicate: isPossibleDuplicate
        )
    }

    @Test func statusEvents() throws {
        var echo = Echo(
            id: Array("ord-77-otp"), key: nil, metadata: Array(#"{"orderId":"77"}"#),
            traceparent: Array("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), tracestate: Array("shop=1"))
        echo.parts = 1
        let refused = event(.failed, isFinal: true, sequence: 1, reason: .init(code: "BAD_PHONE", kind: .refused, message: nil))
        #expect(try published(refused, echo).value == example("status-event/valid/refused"))
        let cancelled = event(
            .failed, isFinal: true, sequence: 1, attempt: nil, reason: .init(code: "CANCELLED", kind: .cancelled, message: nil))
        #expect(try published(cancelled, echo).value == example("status-event/valid/cancelled"))
        let unknown = event(
            .failed, isFinal: true, sequence: 1, attempt: 3,
            reason: .init(code: "OUTCOME_UNKNOWN", kind: .unknown, message: "no answer within the request timeout"),
            isPossibleDuplicate: true)
        #expect(try published(unknown, echo).value == example("status-event/valid/outcome-unknown"))

        echo.messageIDs = ["8767"]
        echo.cost = Echo.Cost(credits: Array("1"), money: Array("0.2"))
        let sent = try published(event(.sent, isFinal: false, sequence: 1), echo)
        #expect(try sent.value == example("status-event/valid/sent"))
        #expect(try sent.headers == example("status-event-headers/valid/sent"))
        #expect(try published(event(.delivered, isFinal: true, sequence: 2), echo).value == example("status-event/valid/delivered"))
        let expired = event(
            .sent, isFinal: true, sequence: 2,
            reason: .init(code: "TRACKING_EXPIRED", kind: .untracked, message: "no final status within the horizon"))
        #expect(try published(expired, echo).value == example("status-event/valid/tracking-expired"))
        echo.providerStatus = Array("ON ITS WAY")
        let unfamiliar = try published(event(.sent, isFinal: false, sequence: 2), echo).value
        #expect(try unfamiliar == example("status-event/valid/unfamiliar-provider-status"))
    }

    @Test func deadLetters() throws {
        var originals = RecordHeaders()
        originals.add("content-type", "application/json")
        var headers = RecordHeaders()
        let reason = DeadLetterReason(.badPhone, "phone is not a string", requestID: Array("ord-77-otp"))
        let extent = DeadLetterEncoder(limit: 1_000_000).encode(
            reason, at: position, timestamp: 1_795_500_000_000, key: 0, value: 10, originals: originals, now: at, into: &headers)
        #expect(extent == .everything)
        #expect(try object(headers) == example("dead-letter-headers/valid/bad-phone"))
    }
}
