import JSON
import Testing

@Suite struct JSONReaderTests {
    private func reading<Result>(_ text: String, _ body: (inout JSONReader) throws -> Result) rethrows -> Result {
        try Array(text.utf8).withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            return try body(&reader)
        }
    }

    @Test func readsARequest() throws {
        try reading(#"{"id":"ord-77","n":{"deep":[1,{"x":"}"}]},"phone":"\u0033752","parts":2,"ok":true,"cost":null,"list":["a","b"]}"#) {
            reader in
            var seen: [String: String] = [:]
            var list: [String] = []
            try reader.beginObject()
            while let key = try reader.nextKey() {
                switch key {
                case "id": seen["id"] = try reader.readString()
                case "phone":
                    var bytes = Array("+".utf8)
                    try reader.readString(into: &bytes)
                    seen["phone"] = String(decoding: bytes, as: UTF8.self)
                case "parts": seen["parts"] = try reader.readNumberLiteral().literal
                case "ok": seen["ok"] = try reader.readBool() ? "yes" : "no"
                case "cost": try reader.readNull()
                case "list":
                    try reader.beginArray()
                    while try reader.nextElement() { list.append(String(decoding: try reader.readStringBytes(), as: UTF8.self)) }
                default:
                    let raw = try reader.skipValue()
                    seen[key.string] = String(decoding: raw, as: UTF8.self)
                }
            }
            try reader.finish()
            #expect(seen == ["id": "ord-77", "phone": "+3752", "parts": "2", "ok": "yes", "n": #"{"deep":[1,{"x":"}"}]}"#])
            #expect(list == ["a", "b"])
        }
    }

    @Test func keysCompareUnescaped() throws {
        try reading(#"{"\u0069d":1,"\u0069":2,"\u0069dx":2,"idx":3,"\u0416\n":4,"":5}"#) { reader in
            var keys: [Bool] = []
            try reader.beginObject()
            while let key = try reader.nextKey() {
                keys.append(key == "id")
                if try reader.readNumberLiteral().int64 == 4 { #expect(key == "Ж\n") }
            }
            #expect(keys == [true, false, false, false, false, false])
        }
    }

    @Test func otherKindsAreErrorsThatNameWhatWasWanted() {
        func expected(_ text: String, _ body: (inout JSONReader) throws -> Void) -> String? {
            do {
                try reading(text, body)
                return nil
            } catch { return (error as? JSONError)?.expected }
        }
        #expect(expected("1") { _ = try $0.readString() } == "a string")
        #expect(expected("\"1\"") { _ = try $0.readNumberLiteral() } == "a number")
        #expect(expected("1") { _ = try $0.readBool() } == "true or false")
        #expect(expected("1") { try $0.readNull() } == "null")
        #expect(expected("[]") { try $0.beginObject() } == "an object")
        #expect(expected("{}") { try $0.beginArray() } == "an array")
        #expect(expected("") { _ = try $0.peek() } == "a value")
        #expect(
            expected("{\"a\":1}") { reader in
                try reader.beginObject()
                _ = try reader.nextKey()
                throw reader.expected("a duration")
            } == "a duration")
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("12", 12), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
            ("9223372036854775808", nil),
            ("-9223372036854775809", nil), ("99999999999999999999999", nil), ("1.0", nil), ("1e2", nil),
        ] as [(String, Int64?)])
    func integers(literal: String, value: Int64?) throws {
        let read = try reading(literal) { reader in try reader.readNumberLiteral().int64 }
        #expect(read == value)
    }
}
