import PipelineSupport
import Testing

@testable import Requests

@Suite struct CloudEventTests {
    private let attributes = [("ce_specversion", "1.0"), ("ce_id", "e-1"), ("ce_source", "/shop"), ("ce_type", "sms")]
    private let json = #"{"phone":"37529689","text":"a"}"#
    private let structured = [("content-type", "application/cloudevents+json; charset=UTF-8")]

    private func envelope(_ members: String) -> String { #"{"specversion":"1.0","id":"e-1","source":"/shop","type":"sms",\#(members)}"# }

    @Test func binary() throws {
        let request = try #require(DecodedRecord(json, headers: attributes + [("content-type", "application/json")]).request)
        #expect(request.echo.id.text == "e-1" && !request.hasGeneratedID)
        #expect(DecodedRecord(#"{"id":"own","phone":"37529689","text":"a"}"#, headers: attributes).request?.echo.id.text == "own")
        #expect(DecodedRecord(#"{"id":null,"phone":"37529689","text":"a"}"#, headers: attributes).request?.echo.id.text == "e-1")
    }

    @Test func anEventLacksNoAttribute() {
        for missing in 1...3 {
            var headers = attributes
            headers.remove(at: missing)
            #expect(DecodedRecord(json, headers: headers).code == "BAD_CLOUDEVENT")
            headers.append((attributes[missing].0, ""))
            #expect(DecodedRecord(json, headers: headers).code == "BAD_CLOUDEVENT")
        }
        #expect(DecodedRecord(json, headers: attributes + [("ce_specversion", "0.3")]).code == "BAD_CLOUDEVENT")
        let bad: [(String, [UInt8]?)] = attributes.map { ($0, Array($1)) } + [("ce_id", [0xFF])]
        #expect(DecodedRecord(bytes: Array(json), headers: bad).code == "BAD_CLOUDEVENT")
    }

    @Test func aLoneEventIDStandsForAMissingID() {
        func record(_ id: String) -> DecodedRecord { DecodedRecord(json, headers: [("ce_id", id)]) }
        #expect(record("e-2").request?.echo.id.text == "e-2")
        #expect(record("").request?.hasGeneratedID == true)
        #expect(record(String(repeating: "ж", count: 128)).request?.echo.id.count == 256)
        #expect(record(String(repeating: "ж", count: 129)).code == "BAD_ID")
        #expect(DecodedRecord(bytes: Array(json), headers: [("ce_id", [0xFF])]).code == "BAD_ID")
        #expect(DecodedRecord(bytes: Array(json), headers: [("ce_id", nil)]).request?.hasGeneratedID == true)
        let own = #"{"id":"own","phone":"37529689","text":"a"}"#
        #expect(DecodedRecord(own, headers: [("ce_id", String(repeating: "x", count: 200))]).request?.echo.id.text == "own")
    }

    @Test func structuredWithData() {
        let record = DecodedRecord(envelope(#""extra":{"a":1},"data":\#(json)"#), headers: structured)
        #expect(record.request?.echo.id.text == "e-1")
        #expect(record.request?.message.text.text == "a")
        #expect(DecodedRecord(envelope(#""data":\#(json)"#), headers: [("Content-Type", "Application/CloudEvents+JSON")]).request != nil)
        #expect(DecodedRecord(envelope(#""data":{"command":"cancel","id":"x"}"#), headers: structured).command?.id.text == "x")
    }

    @Test func structuredWithBase64() {
        func record(_ base64: String) -> DecodedRecord { DecodedRecord(envelope(#""data_base64":"\#(base64)""#), headers: structured) }
        // {"phone":"37529689","text":"a"}, made by coreutils' base64.
        #expect(record("eyJwaG9uZSI6IjM3NTI5Njg5IiwidGV4dCI6ImEifQ==").request?.message.phone.text == "37529689")
        #expect(record(#"eyJwaG9uZSI6IjM3NTI5Njg5IiwidGV4dCI6ImEifQ\u003d="#).request != nil)
        #expect(record("eyJwaG9uZSI6IjM3NTI5Njg5IiwidGV4dCI6ImEifQ=").code == "BAD_CLOUDEVENT")
        #expect(record("eyJw!G9uZSI6").code == "BAD_CLOUDEVENT")
        #expect(record("====").code == "BAD_CLOUDEVENT")
        #expect(record("bm8=").code == "NOT_JSON")
        #expect(record("").code == "BAD_CLOUDEVENT")
    }

    @Test(arguments: [
        #"{"id":"e","source":"s","type":"t","data":{}}"#, #"{"specversion":"0.3","id":"e","source":"s","type":"t","data":{}}"#,
        #"{"specversion":"1.0","source":"s","type":"t","data":{}}"#, #"{"specversion":"1.0","id":"","source":"s","type":"t","data":{}}"#,
        #"{"specversion":"1.0","id":"e","type":"t","data":{}}"#, #"{"specversion":"1.0","id":"e","source":"s","data":{}}"#,
        #"{"specversion":"1.0","id":"e","source":"s","type":"t"}"#, #"{"specversion":"1.0","id":"e","source":"s","type":"t","data":null}"#,
        #"{"specversion":"1.0","id":"e","source":"s","type":"t","data":{},"data_base64":"e30="}"#, "{}",
    ])
    func badEnvelopes(_ value: String) {
        #expect(DecodedRecord(value, headers: structured).code == "BAD_CLOUDEVENT")
    }

    @Test func whatIsNotJSONWithinTheEnvelope() {
        #expect(DecodedRecord("{", headers: structured).code == "NOT_JSON")
        #expect(DecodedRecord(envelope(#""data":"text""#), headers: structured).code == "NOT_JSON")
        #expect(DecodedRecord(envelope(#""data":{"a":1,"a":1}"#), headers: structured).code == "NOT_JSON")
        #expect(DecodedRecord(envelope(#""data":{},"id":"x""#), headers: structured).code == "NOT_JSON")
    }

    @Test(arguments: [
        "application/cloudevents-batch+json", "application/cloudevents+avro", "application/cloudevents", "application/cloudevents+jsonx",
    ])
    func otherForms(_ type: String) {
        #expect(DecodedRecord(envelope(#""data":\#(json)"#), headers: [("content-type", type)]).code == "BAD_CLOUDEVENT")
    }

    @Test func aFrameMayStandAroundTheEnvelope() {
        let value = [0, 0, 0, 0, 1] + Array(envelope(#""data":\#(json)"#))
        #expect(DecodedRecord(bytes: value, headers: structured.map { ($0, Array($1)) }).request != nil)
    }
}
