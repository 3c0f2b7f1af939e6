import PipelineSupport
import Testing

@testable import Requests

@Suite struct PublishedEventTests {
    private let position = RecordPosition(topic: "sms-requests", partition: 3, offset: 41)

    @Test func whatTheEncoderWritesIsReadBack() throws {
        var echo = Echo(id: Array("ord 77".utf8), key: nil, metadata: Array(#"{"a":"1"}"#.utf8), traceparent: nil, tracestate: nil)
        echo.messageIDs = ["9007199254740993"]
        let written = EntryEvent(
            status: .failed, isFinal: true, sequence: 3, attempt: 2,
            reason: EntryEvent.Reason(code: "RESOLVED", kind: .resolved, message: "so"),
            isPossibleDuplicate: true)
        var encoder = StatusEventEncoder(group: "g")
        var value: [UInt8] = []
        var headers = RecordHeaders()
        encoder.encode(written, of: echo, at: 1_795_500_000_123, position: position, value: &value, headers: &headers)
        let event = try #require(PublishedEvent(eventID: headers["ce_id"].map { Array($0.utf8) }, value: value))
        #expect(event.position == position && event.requestID == "ord 77" && event.sequence == 3)
        #expect(event.status == .failed && event.isFinal && event.isPossibleDuplicate)
        #expect(event.messageID == "9007199254740993" && event.attempt == 2 && event.at == "2026-11-24T06:00:00.123Z")
        #expect(event.reasonCode == "RESOLVED" && event.reasonMessage == "so")
    }

    @Test(arguments: [
        ("t-0-1/2", #"{"requestId":"a","status":"SENT","sequence":1,"final":false,"at":"x"}"#),
        ("t-0-1", #"{"requestId":"a","status":"SENT","sequence":1,"final":false,"at":"x"}"#),
        ("t-0-1/1", #"{"requestId":"a","status":"LOST","sequence":1,"final":false,"at":"x"}"#),
        ("t-0-1/1", #"{"requestId":"a","status":"SENT","sequence":1,"at":"x"}"#),
        ("t-0-1/1", "[]"),
        ("t-0-1/1", "x"),
    ])
    func anythingElseIsNoEvent(_ eventID: String, _ value: String) {
        #expect(PublishedEvent(eventID: Array(eventID.utf8), value: Array(value.utf8)) == nil)
        #expect(PublishedEvent(eventID: nil, value: Array(value.utf8)) == nil)
        #expect(PublishedEvent(eventID: Array(eventID.utf8), value: nil) == nil)
    }
}
