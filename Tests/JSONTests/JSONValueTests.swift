import Foundation
import JSON
import Testing

@Suite struct JSONValueTests {
    private func parse(_ text: String, _ options: JSONSyntax = .strict) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8), options: options)
    }

    private func error(_ text: String, _ options: JSONSyntax = .strict) -> JSONError? {
        do {
            _ = try JSONValue(parsing: Array(text.utf8), options: options)
            return nil
        } catch { return error }
    }

    @Test(arguments: JSONCorpus.valid) func valid(text: String) throws {
        let value = try parse(text)
        var writer = JSONWriter()
        writer.value(value)
        #expect(try JSONValue(parsing: writer.bytes) == value)
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    @Test(arguments: JSONCorpus.invalid) func invalid(text: String) {
        #expect(error(text) != nil)
    }

    /// Every beginning of a valid text is invalid (numbers apart), never a crash, and says that the text ends too early.
    @Test(arguments: JSONCorpus.valid) func cut(text: String) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first(where: { $0 > 0x20 }), !(first == 0x2D || (0x30...0x39).contains(first)) else { return }
        let end = bytes.lastIndex { $0 > 0x20 }!
        for count in 0..<end {
            do {
                _ = try JSONValue(parsing: Array(bytes[..<count]))
                Issue.record("\(count) bytes of a text were taken for a whole one")
            } catch { #expect(error.offset <= count) }
        }
    }

    @Test(arguments: JSONCorpus.invalidUTF8) func invalidUTF8(bytes: [UInt8]) {
        // At every place within an eight-byte step.
        for padding in 0..<10 {
            let text = Array("[\"".utf8) + Array(repeating: 0x61, count: padding) + bytes + Array("\"]".utf8)
            #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array("1 //".utf8) + bytes, options: .configuration) }
        }
    }

    @Test func strings() throws {
        #expect(try parse(#""\"\\\/\b\f\n\r\t""#).stringValue == "\"\\/\u{8}\u{c}\n\r\t")
        #expect(try parse(#""\u0416\uD83D\uDE00\u0000x""#).stringValue == "Ж😀\u{0}x")
        #expect(try parse(#""\uDBFF\uDFFF""#).stringValue == "\u{10FFFF}")
    }

    @Test func numbersStayExact() throws {
        #expect(try parse("9223372036854775807").numberValue?.int64 == .max)
        #expect(try parse("-9223372036854775808").numberValue?.int64 == .min)
        #expect(try parse("9223372036854775808").numberValue?.int64 == nil)
        #expect(try parse("1.0").numberValue?.int64 == nil)
        #expect(try parse("1e3").numberValue?.int64 == nil)
        #expect(try parse("-0").numberValue?.int64 == 0)
        #expect(try parse("0.2").numberValue?.double == 0.2)
        #expect(try parse("123456789012345678901234567890.50").numberValue?.literal == "123456789012345678901234567890.50")
    }

    @Test func objectsKeepOrderAndRefuseRepeatedKeys() throws {
        let object = try #require(try parse(#"{"b":1,"a":2,"c":3}"#).objectValue)
        #expect(object.members.map(\.key) == ["b", "a", "c"])
        #expect(object["a"]?.numberValue?.int64 == 2)
        #expect(object["d"] == nil)
        #expect(error(#"{"a":1,"\u0061":2}"#) != nil)
        // Composed and decomposed: equal to `String`, two keys to JSON.
        #expect(try parse("{\"\u{E9}\":1,\"e\u{301}\":2}").objectValue?.members.count == 2)
    }

    @Test func depth() throws {
        let open = String(repeating: "[", count: 64)
        let close = String(repeating: "]", count: 64)
        _ = try parse(open + close)
        let deep = try #require(error("[" + open + close + "]"))
        #expect(deep.expected == "at most 64 levels of nesting")
        #expect(deep.column == 65)
        #expect(error(String(repeating: "{\"a\":", count: 65) + "1" + String(repeating: "}", count: 65)) != nil)
        #expect(error(String(repeating: "[", count: 1_000_000)) != nil)
    }

    @Test func configurationTakesCommentsAndTrailingCommas() throws {
        let text = """
            // first
            { /* a */ "kafka": { "groupID": "g", }, // "x"
              "list": [1, 2, /* ** / */ ],
              "url": "http://x/*y*/", }
            /**/ //
            """
        let value = try parse(text, .configuration)
        #expect(value["kafka"]?["groupID"]?.stringValue == "g")
        #expect(value["list"]?.arrayValue?.count == 2)
        #expect(value["url"]?.stringValue == "http://x/*y*/")
        #expect(try parse("1 // no line feed at the end", .configuration).numberValue?.int64 == 1)
        for bad in ["{,}", "[,]", "[1,,]", "/* 1", "1 /", "/ 1", "1 /* *", "# 1"] { #expect(error(bad, .configuration) != nil, "\(bad)") }
    }

    @Test func errorsSayWhere() throws {
        let missing = try #require(error("{\n  \"ключ\": 1\n  \"b\": 2\n}"))
        #expect(missing.description == "line 3, column 3: expected a comma or }")
        let value = try #require(error("{\"ключ\": x}"))
        #expect(value.description == "line 1, column 10: expected a value")
        #expect(error("{\"a\": [1")?.description == "line 1, column 9: the text ends where a comma or ] was expected")
        #expect(error("{\"a\": tru")?.isAtEnd == false)
        #expect(error("{\"a\":1} x")?.expected == "the end of the text")
    }

    @Test func errorsNeverQuote() {
        for text in JSONCorpus.invalid {
            let secret = "{\"375291234567\": \"375291234567\", \"k\": " + text + "375291234567"
            #expect(error(secret)?.description.contains("3752") != true)
        }
    }
}
