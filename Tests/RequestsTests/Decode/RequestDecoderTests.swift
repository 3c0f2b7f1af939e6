import PipelineSupport
import Testing

@testable import Requests

@Suite struct RequestDecoderTests {
    @Test func theWholeRequestOfTheContract() throws {
        let request = try #require(
            DecodedRecord(
                """
                { "id": "ord-77-otp", "phone": "375296890043", "text": "Код 1234", "sender": "AL SHOP",
                  "sendAt": "2026-11-24T09:00:00+03:00", "priority": true, "expiresAt": "2026-11-24T09:05:00Z",
                  "onUnknown": "hold", "metadata": { "orderId": "77", "b": "\\u0001\\"" }, "colour": {"a": [1, {"a": null}]} }
                """, headers: [("traceparent", "00-ab-cd-01"), ("tracestate", "a=1"), ("other", "x")]
            ).request)
        var echo = Echo(
            id: Array("ord-77-otp"), key: Array("user-1"), metadata: Array(#"{"orderId":"77","b":"\u0001\""}"#),
            traceparent: Array("00-ab-cd-01"), tracestate: Array("a=1"))
        echo.parts = 1
        let message = Message(phone: Array("375296890043"), text: Array("Код 1234"), isTemplate: false, sender: Array("AL SHOP"))
        #expect(
            request
                == SendRequest(
                    echo: echo, message: message, hasGeneratedID: false, isPriority: true, sendAt: 1_795_500_000_000,
                    expiresAt: 1_795_511_100_000, onUnknown: .hold))
        echo.id = []
        #expect(request.echo != echo)
    }

    @Test func theLeastRequest() throws {
        let request = try #require(DecodedRecord(#"{"phone":"+375 (29) 689-00-43","text":"a"}"#, key: nil).request)
        var echo = Echo(id: Array("sms.requests-3-4-1795500000123"), key: nil, metadata: nil, traceparent: nil, tracestate: nil)
        echo.parts = 1
        #expect(request.echo == echo)
        #expect(request.message == Message(phone: Array("375296890043"), text: Array("a"), isTemplate: false, sender: nil))
        #expect(request.hasGeneratedID && !request.isPriority && request.sendAt == nil && request.expiresAt == nil)
        #expect(request.onUnknown == nil)
        #expect(DecodedRecord(#"{"phone":"375296890043","text":"a"}"#, key: "").request?.echo.key == nil)
    }

    @Test func partsAreCountedButThoseOfATemplate() throws {
        let parts = { (member: String) in DecodedRecord(#"{"phone":"375296890043",\#(member)}"#).request?.echo.parts }
        #expect(parts(#""text":"\#(String(repeating: "a", count: 161))""#) == 2)
        #expect(parts(#""text":"\#(String(repeating: "ы", count: 2_000))""#) == 30)
        #expect(parts(#""text":"\#(String(repeating: "😀", count: 1_000))""#) == 31)
        #expect(parts(#""template":"TPL_ID_7""#) == 0)
        #expect(parts(#""text":"TPL_ID_7""#) == 0)
    }

    @Test func nullCountsAsAbsent() throws {
        let fields = ["id", "template", "sender", "sendAt", "priority", "expiresAt", "onUnknown", "metadata", "command", "as"]
        let nulls = fields.map { #""\#($0)":null"# }.joined(separator: ",")
        let plain = DecodedRecord(#"{"phone":"375296890043","text":"a"}"#)
        #expect(DecodedRecord(#"{"phone":"375296890043","text":"a",\#(nulls)}"#) == plain)
        #expect(plain.request != nil)
    }

    @Test(arguments: [
        ("375296890043", "375296890043"), ("+375296890043", "375296890043"), (" +375 29 689-00-43 ", "375296890043"),
        ("(+375) 29", nil), ("(375)29689", "37529689"), ("12345678", "12345678"), ("123456789012345", "123456789012345"),
        ("1234567", nil), ("1234567890123456", nil), ("", nil), ("+", nil), ("++37529689", nil), ("3752+9689", nil), ("37529689x", nil),
        ("٣٧٥٢٩٦٨٩٠", nil), ("375\\t29689", nil), ("375296890043\\u0000", nil), ("\\u0033\\u00375296890043", "375296890043"),
    ])
    func phones(_ given: String, _ digits: String?) {
        let record = DecodedRecord(#"{"phone":"\#(given)","text":"a"}"#)
        #expect(record.request?.message.phone.text == digits)
        #expect(record.code == (digits == nil ? "BAD_PHONE" : nil))
    }

    @Test func textsAreCountedInScalars() {
        func code(_ text: String) -> String? { DecodedRecord(#"{"phone":"37529689","text":"\#(text)"}"#).code }
        #expect(code(String(repeating: "ж", count: 2000)) == nil)
        #expect(code(String(repeating: "ж", count: 2001)) == "BAD_TEXT")
        #expect(code(String(repeating: "😀", count: 2000)) == nil)
        #expect(code(String(repeating: "\\ud83d\\ude00", count: 2000)) == nil)
        #expect(code(String(repeating: "😀", count: 2001)) == "BAD_TEXT")
        #expect(code("") == "BAD_TEXT")
        #expect(code(" ") == nil)
    }

    @Test(arguments: [
        ("TPL_ID_7", true), ("TPL_ID_a_B9", true), ("TPL_ID_", false), ("TPL_ID_7 ", false), (" TPL_ID_7", false), ("tpl_id_7", false),
        ("TPL_ID_ж", false), ("TPL_ID_7-", false), ("TPL_ID_@", false), ("TPL_ID_[", false), ("TPL\\u005fID_7", true),
    ])
    func templates(_ tag: String, _ isTag: Bool) {
        let asTemplate = DecodedRecord(#"{"phone":"37529689","template":"\#(tag)"}"#)
        #expect(asTemplate.request?.message.isTemplate == (isTag ? true : nil))
        #expect(asTemplate.code == (isTag ? nil : "BAD_TEMPLATE"))
        #expect(DecodedRecord(#"{"phone":"37529689","text":"\#(tag)"}"#).request?.message.isTemplate == isTag)
    }

    @Test func sendersPassUnchanged() {
        func record(_ sender: String) -> DecodedRecord { DecodedRecord(#"{"phone":"37529689","text":"a","sender":"\#(sender)"}"#) }
        for sender in ["a", "AL SHOP", "Магазин 123", "😀😀😀😀😀😀😀😀😀😀😀", " ", "a\u{A0}b"] {
            #expect(record(sender).request?.message.sender?.text == sender)
        }
        for sender in ["", "123456789012", "a\\u0007", "a\\u007f", "a\\u0085", "a\\n", "\u{80}"] {
            #expect(record(sender).code == "BAD_SENDER", "\(sender.debugDescription)")
        }
    }

    @Test func idsAreOneTo128Characters() {
        func record(_ id: String) -> DecodedRecord { DecodedRecord(#"{"phone":"37529689","text":"a","id":\#(id)}"#) }
        let longest = String(repeating: "😀", count: 128)
        #expect(record("\"\(longest)\"").request?.echo.id.text == longest)
        for bad in ["\"\(longest)a\"", "\"\"", "7", "true", "[]", "{}"] { #expect(record(bad).code == "BAD_ID") }
        #expect(record("\"7\"").request?.hasGeneratedID == false)
    }

    /// Whoever publishes a request again under the id that its events have must be understood.
    @Test func anIDThatWasMadeForThisPartitionMayBeLonger() {
        let topic = String(repeating: "t", count: 249)
        let (partition, offset) = (Int32.max, Int64.max)
        func outcome(_ id: String, _ more: String, headers: [(String, String)] = []) -> DecodedRecord {
            DecodedRecord("{\(more)}", headers: headers, at: RecordPosition(topic: topic, partition: partition, offset: 3))
        }
        let stem = "\(topic)-\(partition)-\(offset)"
        let message = #""phone":"37529689","text":"a""#
        for id in ["\(stem)-\(Int64.min)", "\(stem)-1795500000123", "\(stem)--1", stem] {
            #expect(outcome(id, #""id":"\#(id)",\#(message)"#).request?.echo.id.text == id)
            #expect(outcome(id, message, headers: [("ce_id", id)]).request?.echo.id.text == id)
            #expect(outcome(id, #""command":"cancel","id":"\#(id)""#).command?.id.text == id)
        }
        for id in [
            "\(stem)-1795500000123-", "\(stem)-01795500000123", "\(stem)-+1795500000123", "\(stem)-", "\(stem)-9223372036854775808",
            "\(topic)-\(partition)-01-1", "\(topic)-\(partition)--1-1", "\(topic)-1-1-1", "x\(stem)-1", "\(stem)-1-1",
        ] {
            #expect(outcome(id, #""id":"\#(id)",\#(message)"#).code == "BAD_ID")
            #expect(outcome(id, message, headers: [("ce_id", id)]).code == "BAD_ID")
            #expect(outcome(id, #""command":"cancel","id":"\#(id)""#).code == "BAD_COMMAND")
        }
    }

    @Test(arguments: [
        (#""sendAt":"2026-11-24T09:00:00Z","expiresAt":"2026-11-24T09:00:00.001Z""#, nil),
        (#""sendAt":"2026-11-24T09:00:00Z","expiresAt":"2026-11-24T09:00:00Z""#, "BAD_EXPIRES_AT"),
        (#""sendAt":"2026-11-24T09:00:00Z","expiresAt":"2026-11-24T11:59:59+03:00""#, "BAD_EXPIRES_AT"),
        (#""expiresAt":"1999-01-01T00:00:00Z""#, nil), (#""expiresAt":"tomorrow""#, "BAD_EXPIRES_AT"),
        (#""expiresAt":1795500000"#, "BAD_EXPIRES_AT"), (#""sendAt":"2026-11-24""#, "BAD_SEND_AT"), (#""sendAt":0"#, "BAD_SEND_AT"),
        (#""sendAt":"2026-11-24T09:00:00""#, "BAD_SEND_AT"), (#""priority":"true""#, "BAD_PRIORITY"), (#""priority":1"#, "BAD_PRIORITY"),
        (#""onUnknown":"Resend""#, "BAD_ON_UNKNOWN"), (#""onUnknown":"""#, "BAD_ON_UNKNOWN"), (#""onUnknown":false"#, "BAD_ON_UNKNOWN"),
        (#""onUnknown":"fail""#, nil), (#""metadata":{}"#, nil), (#""metadata":{"a":1}"#, "BAD_METADATA"),
        (#""metadata":{"a":null}"#, nil), (#""metadata":{"a":{"b":"c"}}"#, "BAD_METADATA"), (#""metadata":[]"#, nil),
        (#""metadata":["a"]"#, "BAD_METADATA"), (#""metadata":[[],{"b":"c"}]"#, "BAD_METADATA"), (#""sendAt":"2026-11-24T09:00Z""#, nil),
        (#""metadata":"a""#, "BAD_METADATA"),
    ])
    func theOtherFields(_ fields: String, _ code: String?) {
        #expect(DecodedRecord(#"{"phone":"37529689","text":"a",\#(fields)}"#).code == code)
    }

    @Test func aMemberOfMetadataThatIsNullIsAbsentAndAnEmptyMapOfPHPIsEmpty() {
        func metadata(_ json: String) -> String? {
            DecodedRecord(#"{"phone":"37529689","text":"a","metadata":\#(json)}"#).request?.echo.metadata?.text
        }
        #expect(metadata(#"{"a":null,"b":"1","c":null}"#) == #"{"b":"1"}"#)
        #expect(metadata("[]") == "{}")
        #expect(DecodedRecord(#"{"phone":"37529689","text":"a","metadata":{"a":null,"a":"1"}}"#).code == "NOT_JSON")
    }

    @Test func aSendAtIsAtMostAYearAheadOfTheCallersClock() {
        let now: Int64 = 1_795_500_000_000
        func code(_ sendAt: Int64, now: Int64?) -> String? {
            DecodedRecord(#"{"phone":"37529689","text":"a","sendAt":"\#(RFC3339.string(sendAt))"}"#, now: now).code
        }
        #expect(code(now + SendRequest.horizon, now: now) == nil)
        #expect(code(now + SendRequest.horizon + 1, now: now) == "BAD_SEND_AT")
        #expect(code(RFC3339.range.upperBound, now: now) == "BAD_SEND_AT")
        #expect(code(RFC3339.range.lowerBound, now: now) == nil)
        #expect(code(now, now: .max) == nil)
        #expect(code(RFC3339.range.upperBound, now: nil) == nil)
    }

    @Test func oneByteOrderMarkIsSkipped() throws {
        let request = #"{"id":"b1","phone":"37529689","text":"a"}"#
        #expect(DecodedRecord("\u{FEFF}" + request).request?.echo.id.text == "b1")
        #expect(DecodedRecord(bytes: [0, 0, 0, 0, 7, 0xEF, 0xBB, 0xBF] + Array(request.utf8)).request != nil)
        let structured = [("content-type", "application/cloudevents+json")]
        let envelope = #"{"specversion":"1.0","id":"e","source":"s","type":"t","data":\#(request)}"#
        #expect(DecodedRecord("\u{FEFF}" + envelope, headers: structured).request?.echo.id.text == "b1")
        #expect(DecodedRecord(bytes: [0xEF, 0xBB, 0xBF]).code == "NO_VALUE")
    }

    @Test func theDeadLetterOfTextInUTF16SaysSo() {
        let request = #"{"phone":"37529689","text":"a"}"#
        for (mark, isLittle) in [([], true), ([0xFF, 0xFE], true), ([0xFE, 0xFF], false)] as [([UInt8], Bool)] {
            let units = request.utf16.flatMap { isLittle ? [UInt8($0 & 0xFF), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            let reason = DecodedRecord(bytes: mark + units).deadLetter
            #expect(reason?.code == .notJSON)
            #expect(reason?.message.contains("UTF-16") == true, "\(mark)")
        }
    }

    @Test func priorityComesFromTheTopicUnlessTheRequestSaysSo() {
        func isPriority(_ field: String, topic: Bool) -> Bool? {
            DecodedRecord(#"{"phone":"37529689","text":"a"\#(field)}"#, isPriorityTopic: topic).request?.isPriority
        }
        #expect(isPriority("", topic: true) == true)
        #expect(isPriority("", topic: false) == false)
        #expect(isPriority(#","priority":false"#, topic: true) == false)
        #expect(isPriority(#","priority":true"#, topic: false) == true)
    }

    @Test func metadataIsBoundedAsCompactJSON() {
        func record(_ count: Int, _ filler: String) -> DecodedRecord {
            DecodedRecord(#"{"phone":"37529689","text":"a","metadata": { "a" : "\#(String(repeating: filler, count: count))" } }"#)
        }
        // {"a":""} are 8 bytes.
        #expect(record(4088, "x").request?.echo.metadata?.count == 4096)
        #expect(record(4089, "x").code == "BAD_METADATA")
        #expect(record(4088, "\\u0078").request?.echo.metadata?.count == 4096)
        #expect(record(2044, "ж").request?.echo.metadata?.count == 4096)
        #expect(record(2045, "ж").code == "BAD_METADATA")
        #expect(DecodedRecord(#"{"phone":"37529689","text":"a","metadata":{}}"#).request?.echo.metadata?.text == "{}")
    }

    @Test func theKeyIsBounded() {
        let value = #"{"id":"7","phone":"37529689","text":"a"}"#
        #expect(DecodedRecord(value, key: String(repeating: "k", count: 4096)).request?.echo.key?.count == 4096)
        let reason = DecodedRecord(value, key: String(repeating: "k", count: 4097)).deadLetter
        #expect(reason?.code == .badKey && reason?.requestID?.text == "7")
        #expect(DecodedRecord(bytes: Array(value), key: [0xFF, 0x00]).request?.echo.key == [0xFF, 0x00])
    }

    @Test func traceHeadersAreBounded() {
        let value = #"{"phone":"37529689","text":"a"}"#
        func echo(_ headers: [(String, String)]) -> Echo? { DecodedRecord(value, headers: headers).request?.echo }
        #expect(echo([("tracestate", String(repeating: "a", count: 1024))])?.tracestate?.count == 1024)
        #expect(echo([("tracestate", String(repeating: "a", count: 1025))])?.tracestate == nil)
        #expect(echo([("traceparent", "")])?.traceparent == nil)
        #expect(echo([("traceparent", "a"), ("traceparent", "b")])?.traceparent?.text == "b")
        #expect(echo([("Traceparent", "a")])?.traceparent == nil)
    }

    @Test(arguments: [
        "nonsense", "{", "{}x", "[]", "\"a\"", "null", "7", "{\"a\":1,}", "{'a':1}", "// c\n{}", " ", "\u{FEFF}\u{FEFF}{}",
        #"{"phone":"1","phone":"1"}"#, #"{"phone":null,"phone":"1"}"#, #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#,
        #"{"a":{"b":1,"b":2}}"#, #"{"a":[{"b":1,"b":2}]}"#, #"{"phone":{"b":1,"b":2}}"#, #"{"metadata":{"a":"1","a":"2"}}"#,
        #"{"metadata":{"a":"1","\u0061":"2"}}"#, #"{"text":"\ud800"}"#,
    ])
    func whatIsNoJSONObject(_ value: String) {
        let reason = DecodedRecord(value).deadLetter
        #expect(reason?.code == .notJSON && reason?.requestID == nil)
    }

    @Test func manyKeysAreToldApart() {
        let keys = (0..<200).map { #""k\#($0)":\#($0)"# }
        #expect(DecodedRecord("{\(keys.joined(separator: ",")),\"phone\":\"37529689\",\"text\":\"a\"}").request != nil)
        for repeated in [0, 15, 16, 17, 199] {
            #expect(DecodedRecord("{\((keys + [#""k\#(repeated)":0"#]).joined(separator: ","))}").code == "NOT_JSON")
        }
    }

    @Test func deepNestingIsRefused() {
        let depth = 100_000
        let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(DecodedRecord(#"{"phone":"37529689","text":"a","b":\#(nested)}"#).code == "NOT_JSON")
    }

    @Test func badUTF8IsRefused() {
        #expect(DecodedRecord(bytes: Array(#"{"phone":"37529689","text":""#) + [0xC0, 0x80] + Array("\"}")).code == "NOT_JSON")
    }

    @Test func noValue() {
        #expect(DecodedRecord(nil).code == "NO_VALUE")
        #expect(DecodedRecord("").code == "NO_VALUE")
        #expect(DecodedRecord(bytes: [0, 0, 0, 0, 7]).code == "NO_VALUE")
        #expect(DecodedRecord(bytes: [0, 0]).code == "NO_VALUE")
    }

    @Test func aConfluentFrameIsTakenOff() {
        let plain = #"{"phone":"37529689","text":"a"}"#
        #expect(DecodedRecord(bytes: [0, 0, 0, 0x7B, 0x22] + Array(plain)) == DecodedRecord(plain, key: nil))
        #expect(DecodedRecord(bytes: [1, 0, 0, 0, 7] + Array(plain)).code == "NOT_JSON")
    }

    @Test(arguments: [
        (#"{}"#, "NO_PHONE"), (#"{"text":"a"}"#, "NO_PHONE"), (#"{"phone":375296890043,"text":"a"}"#, "BAD_PHONE"),
        (#"{"phone":"37529689"}"#, "NO_TEXT"), (#"{"phone":"37529689","text":5}"#, "BAD_TEXT"),
        (#"{"phone":"37529689","text":"","template":"TPL_ID_1"}"#, "TEXT_AND_TEMPLATE"),
        (#"{"phone":"37529689","template":[]}"#, "BAD_TEMPLATE"), (#"{"phone":"37529689","text":"a","sender":7}"#, "BAD_SENDER"),
        (#"{"phone":"1","text":"","sender":"","id":"","priority":0}"#, "BAD_PHONE"),
    ])
    func theFirstFaultIsNamed(_ value: String, _ code: String) {
        #expect(DecodedRecord(value).code == code)
    }

    @Test func noMessageQuotesTheRecord() {
        let secret = "375299999999"
        for value in [
            #"{"phone":"x\#(secret)"}"#, #"{"phone":"37529689","text":"a","sender":"\#(secret)"}"#, secret, "{\"\(secret)\":\(secret)x}",
            #"{"command":"\#(secret)"}"#, #"{"phone":"37529689","text":"a","onUnknown":"\#(secret)"}"#,
        ] {
            let reason = DecodedRecord(value).deadLetter
            #expect(reason?.message.contains("2999") == false)
        }
    }

    @Test func theReasonNamesTheRequest() {
        #expect(DecodedRecord(#"{"id":"x","phone":"1"}"#).deadLetter?.requestID?.text == "x")
        #expect(DecodedRecord(#"{"phone":"1"}"#).deadLetter?.requestID == nil)
        #expect(DecodedRecord(#"{"id":"","phone":"1"}"#).deadLetter?.requestID == nil)
        #expect(DecodedRecord(#"{"phone":"1"}"#, headers: [("ce_id", "e")]).deadLetter?.requestID?.text == "e")
    }

    @Test func whatIsNoRequestIsNamedByItsEvent() {
        func expect(_ value: String?, _ headers: [(String, String)], _ code: String, _ id: String?, line: Int = #line) {
            let reason = DecodedRecord(value, headers: headers).deadLetter
            #expect(reason?.code.rawValue == code, "line \(line)")
            #expect(reason?.requestID?.text == id, "line \(line)")
        }
        let request = #"{"phone":"37529689","text":"a"}"#
        let tooLong = String(repeating: "x", count: 129)
        expect(request, [("ce_specversion", "0.3"), ("ce_id", "e")], "BAD_CLOUDEVENT", "e")
        expect(request, [("ce_specversion", "1.0"), ("ce_id", "e")], "BAD_CLOUDEVENT", "e")
        expect(request, [("ce_specversion", "0.3"), ("ce_id", "")], "BAD_CLOUDEVENT", nil)
        expect(request, [("ce_specversion", "0.3")], "BAD_CLOUDEVENT", nil)
        expect(request, [("ce_specversion", "0.3"), ("ce_id", tooLong)], "BAD_CLOUDEVENT", nil)
        expect("nonsense", [("ce_id", "e")], "NOT_JSON", "e")
        expect("{", [("ce_id", tooLong)], "NOT_JSON", nil)
        expect("", [("ce_id", "e")], "NO_VALUE", "e")
        expect(nil, [("ce_id", "e")], "NO_VALUE", "e")

        let structured = [("content-type", "application/cloudevents+json")]
        expect(#"{"specversion":"0.3","id":"m"}"#, structured, "BAD_CLOUDEVENT", "m")
        expect(#"{"specversion":"1.0","id":"m"}"#, structured, "BAD_CLOUDEVENT", "m")
        expect(#"{"specversion":"1.0","id":7}"#, structured, "BAD_CLOUDEVENT", nil)
        let begin = #"{"specversion":"1.0","id":"m","source":"s","type":"t""#
        expect(begin + "}", structured, "BAD_CLOUDEVENT", "m")
        expect(begin + #","data_base64":"!"}"#, structured, "BAD_CLOUDEVENT", "m")
        expect(begin + #","data":7}"#, structured, "NOT_JSON", "m")
        // The headers of a structured event are not the event's.
        expect("{", structured + [("ce_id", "e")], "NOT_JSON", nil)
        expect(nil, structured + [("ce_id", "e")], "NO_VALUE", nil)
    }

    @Test func anUnreadableEventIDNamesNothing() {
        let headers: [(String, [UInt8]?)] = [("ce_specversion", Array("0.3")), ("ce_id", [0xFF])]
        #expect(DecodedRecord(bytes: Array("{}"), headers: headers).deadLetter?.requestID == nil)
    }
}
