import Foundation
import JSON
import Testing

@Suite struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func commas() {
        let text = text { writer in
            writer.beginObject()
            writer.member("a", "x")
            writer.member("b", -12)
            writer.key("c")
            writer.beginArray()
            writer.integer(Int64.min)
            writer.integer(UInt64.max)
            writer.beginObject()
            writer.endObject()
            writer.beginArray()
            writer.endArray()
            writer.bool(false)
            writer.null()
            writer.double(0.2)
            writer.double(.infinity)
            writer.literal("1.50")
            writer.endArray()
            writer.key("ключ \"q\"" as String)
            writer.string("")
            writer.member("d", true)
            writer.endObject()
            writer.newLine()
            writer.integer(0)
        }
        #expect(
            text == """
                {"a":"x","b":-12,"c":[-9223372036854775808,18446744073709551615,{},[],false,null,0.2,null,1.50],"ключ \\"q\\"":"","d":true}
                0
                """)
    }

    @Test func escapes() throws {
        #expect(text { $0.string("\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}Ж😀") } == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7f}Ж😀\"")
        let every = String(String.UnicodeScalarView((0..<0x3000).compactMap(Unicode.Scalar.init)))
        var writer = JSONWriter()
        writer.string(every)
        #expect(try JSONValue(parsing: writer.bytes) == .string(every))
        let theirs = try JSONSerialization.jsonObject(with: Data(writer.bytes), options: .fragmentsAllowed) as? String
        #expect(theirs.map { Array($0.utf8) } == Array(every.utf8))
    }

    @Test func theRoomIsUsedAgain() {
        var writer = JSONWriter(appendingTo: Array("x=".utf8))
        writer.integer(1)
        #expect(writer.bytes == Array("x=1".utf8))
        writer.removeAll()
        writer.integer(2)
        #expect(writer.bytes == Array("2".utf8))
    }

    @Test func doublesReadBack() throws {
        for value in [0.1, 1e300, Double.leastNonzeroMagnitude, -0.0, 123456789.125, 1e16] {
            var writer = JSONWriter()
            writer.double(value)
            #expect(try JSONValue(parsing: writer.bytes).numberValue?.double == value)
        }
    }
}
