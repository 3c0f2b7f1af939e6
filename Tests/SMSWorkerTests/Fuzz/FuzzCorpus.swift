#if FUZZ
    import Requests
#else
    @testable import Requests
#endif

/// What a target's mutations begin with: texts of the contract, whole.
extension FuzzTarget {
    var corpus: [[UInt8]] {
        switch self {
        case .record: Self.records.map { Array($0.utf8) }
        case .cloudEvent: Self.envelopes.map { Array($0.utf8) }
        case .ledger: Self.ledgers
        case .answer: Self.answers.map { [0] + Array($0.utf8) }
        case .json:
            (Self.records + Self.envelopes + Self.configurations + ["[1,2.5e-3,\"\\ud83d\\ude00\",null,true]"]).map { Array($0.utf8) }
        case .rfc3339:
            [
                "2026-11-24T09:00:00+03:00", "1990-12-31T23:59:60Z", "2026-11-24T09:00Z", "0000-01-01T00:00:00.1239-23:59",
                "9999-12-31T23:59:59.999Z",
            ].map { Array($0.utf8) }
        case .properties:
            ["security.protocol=SASL_SSL\nsasl.password: a\\u0416\\\n  b\n# c\r\n! d\nk v\\t", "\u{FEFF}a=\\uD83D\\uDE00"].map {
                Array($0.utf8)
            }
        case .configuration: Self.configurations.map { Array($0.utf8) }
        }
    }

    private static let records = [
        #"{"id":"ord-77","phone":"+375 29 689-00-43","text":"Код \u0031\ud83d\ude00","sender":"S","metadata":{"a":"b","\u0063":"\n","d":null}}"#,
        #"{"phone":"375296890043","template":"TPL_ID_7","sendAt":"2026-11-24T09:00:00.5+03:00","expiresAt":"2026-11-24T09:05Z"}"#,
        #"{"phone":"375296890043","text":"TPL_ID_7","priority":false,"onUnknown":"hold","x":[{"a":[1,2.5e3,null]},"s",true],"metadata":[]}"#,
        #"{"command":"resolve","id":"ord-77","as":"sent","messageId":"8767"}"#,
        #"{"id":"sms.requests-3-4-1795500000123","phone":"37529689","text":"a"}"#, "\u{FEFF}{\"command\":\"cancel\",\"id\":\"a\"}",
    ]

    /// Of a send, and of the questions behind it; the last is as long as what is kept of a status, and a character longer.
    private static let answers = [
        #"{"id":8767,"status":"SENT","cost":{"credits":1,"money":"0.05"}}"# + "\u{1E}" + #"{"id":"8767","status":"DELIVERED"}"#,
        #"{"error":"WRONG_PHONE"}"#, "<html>{\"id\":1}",
        #"{"id":"a-b.c","status":"В пути"}"# + "\u{1E}" + #"{"status":"queued"}"# + "\u{1E}" + #"{"error":"WRONG_ID"}"#,
        #"{"id":1,"status":"aяяяяяяяяяяяяяяяяяяяяяяяяяяяяяяя"}"# + "\u{1E}" + #"{"status":"aя€😀я€😀я€😀я€😀я€😀я€😀я€😀я€😀"}"#,
    ]

    private static let envelopes = [
        #"{"specversion":"1.0","id":"e","source":"s","type":"t","data":{"phone":"375296890043","text":"a"}}"#,
        #"{"specversion":"1.0","id":"e","source":"s","type":"t","data_base64":"eyJwaG9uZSI6IjM3NTI5Njg5IiwidGV4dCI6ImEifQ=="}"#,
    ]

    private static let configurations = [
        #"{"kafka":{"bootstrapServers":["a:1","b:2"],"groupID":"g"},"send.maxInFlight":5,/* c */"track":{"cadence":["1s","2m"]},}"#,
        #"{"send":{"rateLimit":12.5,"backoff":"250ms"},"topics":{"autoCreate":true,"requests":"r1, r2","status":null}}"#,
    ]

    /// An open, a tracked and a closed entry, and the record of the empty key.
    private static var ledgers: [[UInt8]] {
        let echo = Echo(id: Array("a".utf8), key: [1], metadata: Array(#"{"a":"b"}"#.utf8), traceparent: nil, tracestate: nil)
        var entry = LedgerEntry(
            echo: echo, message: Message(phone: Array("37529689".utf8), text: Array("a".utf8), isTemplate: false, sender: nil), offset: 7,
            timestamp: 1, isPriority: true, policy: .hold, admittedAt: 2, sendAt: nil, expiresAt: nil)
        var values: [[UInt8]] = []
        func write() {
            var value: [UInt8] = []
            LedgerCodec.encode(entry, into: &value)
            values.append(value)
        }
        write()
        entry.begin(mark: 9)
        _ = entry.accept(Acceptance(messageIDs: ["8767"], status: .known(.sent), cost: nil), at: 5)
        write()
        _ = entry.learn(.known(.delivered), at: 6)
        write()
        var recorded: [UInt8] = []
        LedgerCodec.encode(LedgerCodec.Recorded(group: "g", offset: 8), into: &recorded)
        func framed(_ key: [UInt8], _ value: [UInt8]) -> [UInt8] {
            // A length counts twos: what is missing belongs to the next record, and damages it.
            [UInt8(key.count), UInt8((value.count + 1) / 2)] + key + value + (value.count % 2 == 0 ? [] : [0])
        }
        return values.map { framed(echo.id, $0) } + [framed([], recorded), values.flatMap { framed(echo.id, $0) } + [1, 0] + echo.id]
    }
}
