import JSON
import PipelineSupport
import Testing

@testable import Requests

@Suite struct StatusEventEncoderTests {
    private let position = RecordPosition(topic: "sms.requests", partition: 3, offset: 41)

    private func event(
        _ status: MessageStatus, isFinal: Bool = false, sequence: UInt16 = 1, attempt: Int? = 1, reason: EntryEvent.Reason? = nil,
        isPossibleDuplicate: Bool = false
    ) -> EntryEvent {
        EntryEvent(
            status: status, isFinal: isFinal, sequence: sequence, attempt: attempt, reason: reason, isPossibleDuplicate: isPossibleDuplicate
        )
    }

    private func encode(_ event: EntryEvent, _ echo: Echo, at: Int64 = 1_795_500_000_123) -> (value: String, headers: [String]) {
        var encoder = StatusEventEncoder(group: "g-1")
        var value: [UInt8] = []
        var headers = RecordHeaders()
        encoder.encode(event, of: echo, at: at, position: position, value: &value, headers: &headers)
        return (value.text, headers.lines)
    }

    @Test(arguments: [
        ("sms-worker", "sms-worker"), ("sms worker (prod)", "sms%20worker%20(prod)"), ("сервис", "%D1%81%D0%B5%D1%80%D0%B2%D0%B8%D1%81"),
        ("a%zz", "a%25zz"), ("a[b", "a%5Bb"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("..", "%2E%2E"), ("a\"\u{7F}", "a%22%7F"),
    ])
    func theSourceIsAURIReference(group: String, segment: String) {
        #expect(PathSegment.encode(group).text == segment)
    }

    @Test func theLeastEvent() {
        let echo = Echo(id: Array("ord-77"), key: nil, metadata: nil, traceparent: nil, tracestate: nil)
        let (value, headers) = encode(event(.queued), echo)
        #expect(
            value
                == #"{"requestId":"ord-77","status":"QUEUED","sequence":1,"final":false,"at":"2026-11-24T06:00:00.123Z","attempt":1}"#)
        #expect(
            headers == [
                "ce_specversion=1.0", "ce_id=sms.requests-3-41/1", "ce_source=/rocketsms-worker/g-1", "ce_type=by.rocketsms.sms.queued.v1",
                "ce_time=2026-11-24T06:00:00.123Z", "ce_subject=ord-77", "content-type=application/json",
            ])
        #expect(StatusEventEncoder.key(of: echo).text == "ord-77")
    }

    @Test func theFullestEvent() {
        var echo = Echo(
            id: Array("Код \"7\"\n"), key: [0xFF, 0], metadata: Array(#"{"orderId":"77"}"#), traceparent: Array("00-ab"),
            tracestate: Array("a=1"))
        echo.messageIDs = ["9223372036854775807", "2"]
        echo.cost = Echo.Cost(credits: Array("2"), money: Array("0.20"))
        echo.parts = 2
        echo.providerStatus = Array("ON ITS WAY")
        let full = event(
            .failed, isFinal: true, sequence: 12, attempt: 3,
            reason: EntryEvent.Reason(code: "OUTCOME_UNKNOWN", kind: .unknown, message: "the \"why\""),
            isPossibleDuplicate: true)
        let (value, headers) = encode(full, echo)
        #expect(
            value
                == #"{"requestId":"Код \"7\"\n","messageId":"9223372036854775807","messageIds":["9223372036854775807","2"],"status":"FAILED","sequence":12,"final":true,"#
                + #""at":"2026-11-24T06:00:00.123Z","attempt":3,"providerStatus":"ON ITS WAY","#
                + #""reason":{"code":"OUTCOME_UNKNOWN","kind":"unknown","message":"the \"why\""},"parts":2,"cost":{"credits":2,"money":0.20},"#
                + #""possibleDuplicate":true,"metadata":{"orderId":"77"}}"#)
        #expect(headers[1] == "ce_id=sms.requests-3-41/12" && headers[3] == "ce_type=by.rocketsms.sms.failed.v1")
        #expect(headers.suffix(2) == ["traceparent=00-ab", "tracestate=a=1"])
        #expect(StatusEventEncoder.key(of: echo) == [0xFF, 0])
    }

    @Test func anEventWithoutAttempt() {
        let echo = Echo(id: Array("a"), key: nil, metadata: nil, traceparent: nil, tracestate: nil)
        let (value, _) = encode(
            event(.failed, isFinal: true, attempt: nil, reason: .init(code: "CANCELLED", kind: .cancelled, message: nil)), echo)
        #expect(
            value == #"{"requestId":"a","status":"FAILED","sequence":1,"final":true,"at":"2026-11-24T06:00:00.123Z","#
                + #""reason":{"code":"CANCELLED","kind":"cancelled","message":"cancelled on command before it was sent"}}"#)
    }

    @Test(arguments: EntryEvent.Reason.Kind.allCases)
    func everyKindIsAWordOfTheContract(_ kind: EntryEvent.Reason.Kind) throws {
        let words = ["refused", "undelivered", "expired", "cancelled", "unknown", "resolved", "untracked"]
        let echo = Echo(id: Array("a"), key: nil, metadata: nil, traceparent: nil, tracestate: nil)
        let (value, _) = encode(event(.failed, reason: .init(code: "ODD", kind: kind, message: nil)), echo)
        let word = try #require(try JSONValue(parsing: Array(value))["reason"]?["kind"]?.stringValue)
        #expect(words.contains(word) && EntryEvent.Reason.Kind.allCases.count == words.count)
    }

    @Test(arguments: ["BAD_PHONE", "CANCELLED", "RESOLVED", "PROVIDER_FAILED", "SOMETHING_NEW"])
    func everyReasonHasASentence(_ code: String) throws {
        let echo = Echo(id: Array("a"), key: nil, metadata: nil, traceparent: nil, tracestate: nil)
        let (value, _) = encode(event(.failed, reason: .init(code: code, kind: .refused, message: nil)), echo)
        let reason = try JSONValue(parsing: Array(value))["reason"]
        #expect(reason?["code"]?.stringValue == code && reason?["message"]?.stringValue?.isEmpty == false)
    }

    @Test(arguments: [
        ("1", "0.2", #"{"credits":1,"money":0.2}"#), ("", "1e2", #"{"money":1e2}"#), ("-1", "", #"{"credits":-1}"#), ("", "", nil),
        ("x", "1", #"{"money":1}"#), ("1}", " 1", nil), ("01", "1.", nil), ("1,\"a\":2", "NaN", nil),
    ])
    func costsThatAreNoNumbersAreLeftOut(_ credits: String, _ money: String, _ expected: String?) throws {
        var echo = Echo(id: Array("a"), key: nil, metadata: nil, traceparent: nil, tracestate: nil)
        echo.cost = Echo.Cost(credits: Array(credits), money: Array(money))
        let (value, _) = encode(event(.sent), echo)
        _ = try JSONValue(parsing: Array(value))
        #expect(value.contains("cost") == (expected != nil))
        if let expected { #expect(value.hasSuffix(#","cost":\#(expected)}"#)) }
    }

    @Test func aStatusCutWithinACharacterStaysJSON() throws {
        var echo = Echo(id: Array("a"), key: nil, metadata: nil, traceparent: nil, tracestate: nil)
        echo.providerStatus = [0x61, 0xD0]
        let value = try JSONValue(parsing: Array(encode(event(.sent), echo).value))
        #expect(value["providerStatus"]?.stringValue == "a\u{FFFD}")
    }

    @Test func manyEventsShareTheBuffers() {
        let echo = Echo(id: Array("a"), key: nil, metadata: nil, traceparent: nil, tracestate: nil)
        var encoder = StatusEventEncoder(group: "g-1")
        var value: [UInt8] = []
        var headers = RecordHeaders()
        for (at, sequence) in [(Int64(0), UInt16(1)), (0, 2), (1, 3)] {
            headers.removeAll()
            encoder.encode(
                event(.sent, sequence: sequence), of: echo, at: at, position: position, value: &value, headers: &headers)
            value.append(UInt8(ascii: "\n"))
            #expect(headers.count == 7 && headers["ce_time"] == RFC3339.string(at))
        }
        let lines = value.text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].contains(#""sequence":2"#) && lines[1].contains("00.000Z") && lines[2].contains("00.001Z"))
    }
}
