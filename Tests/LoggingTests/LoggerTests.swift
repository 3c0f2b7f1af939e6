import Foundation
import Logging
import Testing

@Suite struct LoggerTests {
    private func lines(_ level: LogLevel = .trace, _ format: LogFormat, _ body: (Logger) -> Void) -> [String] {
        let sink = CapturingSink()
        body(Logger(label: "send", system: LoggingSystem(level: level, format: format, sink: sink)))
        return sink.lines
    }

    private func fields(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test func text() throws {
        let partition = 3
        let line = try #require(
            lines(.info, .text) {
                $0.info(
                    "partition opened",
                    metadata: ["topic": "sms.requests", "partition": .init(partition), "ready": true, "why": "a b", "empty": ""])
            }.first)
        #expect(line.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .*/) != nil)
        #expect(line.dropFirst(24) == " INFO send: partition opened empty=\"\" partition=3 ready=true topic=sms.requests why=\"a b\"")
    }

    @Test func json() throws {
        let line = try #require(lines(.info, .json) { $0.warning("x \"y\"", metadata: ["n": 3, "on": false, "s": "a\nb\\"]) }.first)
        let fields = try fields(line)
        #expect(fields["level"] as? String == "warning")
        #expect(fields["label"] as? String == "send")
        #expect(fields["message"] as? String == "x \"y\"")
        #expect(fields["n"] as? Int == 3)
        #expect(fields["on"] as? Bool == false)
        #expect(fields["s"] as? String == "a\\nb\\" || fields["s"] as? String == "a\nb\\")
        #expect(abs(try #require(time(fields["time"])).timeIntervalSinceNow) < 60)
    }

    private func time(_ value: Any?) -> Date? {
        (value as? String).flatMap { try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse($0) }
    }

    @Test func levels() {
        let lines = lines(.notice, .text) { logger in
            for level in LogLevel.allCases { logger.log(level, "m-\(level)") }
        }
        #expect(lines.map { String($0.split(separator: " ")[1]) } == ["NOTICE", "WARNING", "ERROR"])
    }

    @Test func whatIsNotWrittenIsNotComputed() {
        var computed = 0
        func costly() -> String {
            computed += 1
            return ""
        }
        _ = lines(.info, .text) { logger in
            logger.debug(costly(), metadata: ["k": "\(costly())"])
            #expect(!logger.isEnabled(.debug))
        }
        #expect(computed == 0)
    }

    @Test(arguments: LogFormat.allCases) func nothingInAValueEndsTheLine(format: LogFormat) throws {
        let hostile = "a\nb\r\u{85}\u{2028}\u{1B}[2J\u{202E}\u{0}\u{7F}\u{FEFF}"
        let line = try #require(lines(.info, format) { $0.info(hostile, metadata: ["k": .string(hostile), hostile: "v"]) }.first)
        let allowed = line.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
        }
        #expect(allowed)
        #expect(!line.unicodeScalars.contains("\u{2028}"))
        if format == .json { _ = try fields(line) }
    }

    @Test(arguments: LogFormat.allCases) func linesAreBounded(format: LogFormat) throws {
        for unit in ["x", "Ж", "😀", "\n", "\"", "\u{1}"] {
            let long = String(repeating: unit, count: 100_000)
            let many = Dictionary(uniqueKeysWithValues: (0..<50).map { ("k\($0)", Logger.MetadataValue.string(long)) })
            let line = try #require(lines(.info, format) { $0.info(long, metadata: many) }.first)
            #expect(line.utf8.count < 8_192)
            #expect(line.utf8.count > 7_000)
            #expect(line.contains("…"))
            if format == .json {
                #expect(try fields(line)["truncated"] as? Bool == true)
            } else {
                #expect(line.hasSuffix(" truncated=true"))
            }
        }
    }

    @Test func aTextThatFitsIsWhole() throws {
        let exact = String(repeating: "x", count: 1_024)
        let line = try #require(lines(.info, .text) { $0.info("m", metadata: ["k": .string(exact)]) }.first)
        #expect(line.hasSuffix("k=" + exact))
        let longer = try #require(lines(.info, .text) { $0.info("m", metadata: ["k": .string(exact + "x")]) }.first)
        #expect(longer.hasSuffix("x… truncated=true"))
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_500_000_123, "2026-11-24T06:00:00.123Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func timestamps(milliseconds: Int64, text: String) {
        var bytes: [UInt8] = []
        LogTimestamp(milliseconds: milliseconds).append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [
        ("375296890043", "***43"), ("+375 (29) 689-00-43", "+***43"), ("12345678", "***78"), ("123456789012345", "***45"),
        ("1234567", "1234567"),
        ("1234567890123456", "***56"), ("ord-77-otp", "ord-77-otp"), ("", ""),
        ("sms.requests-0-375296890043", "sms.requests-***43"), ("sms.requests-12-12345", "sms.requests-12-12345"),
        ("otp-375291119999-x", "otp-***99-x"), ("375291119999-otp", "***99-otp"), ("otp375291119999", "otp***99"),
        ("a-375291119999-375296890043-b", "a-***43-b"), ("375291119999:1234567", "***67"),
        ("otp +375 (29) 111-99-99 x", "otp +***99 x"), ("otp:+375-29-111-99-99", "otp:+***99"), ("375 29 111 99 99/1", "***91"),
        ("375-29-111-99-99", "***99"), ("2026-11-24-1234-5678-9012", "2026-11-24-***12"), ("2026-11-24-0001", "2026-11-24-0001"),
        ("2026-11-24375291119999", "***99"), ("2026-13-24-0001", "***01"), ("user-375-29-689-00-43", "user-***43"),
        ("375.29.689.00.43", "***43"), ("375_29_689_00_43", "***43"), ("375/29/6890043", "***43"), ("tel:375-29-6890043", "tel:***43"),
        ("375 (29) - 689 - 00 - 43", "***43"), ("(375) - (29) - 6890043", "(***43"),
        ("+375 29 689·00·43", "+***43"), ("375\u{A0}29\u{A0}6890043", "***43"), ("３７５２９６８９００４３", "***４３"),
        ("1234....5678", "***78"), ("1234.........5678", "1234.........5678"), ("1234a5678", "1234a5678"),
        ("order-2026-11-24-0001", "order-2026-11-24-0001"), ("код-375291119999-ж", "код-***99-ж"),
        ("550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a***00"),
        ("+-() ", "+-() "), ("٣٧٥٢٩٦٨٩٠٠", "***٠٠"),
    ])
    func idsThatLookLikePhoneNumbersAreMasked(id: String, shown: String) {
        #expect(Logger.Redaction.maskedID(id) == shown)
    }
}
