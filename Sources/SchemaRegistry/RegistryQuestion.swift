internal import JSON

/// The question for a schema's id, as the registry's REST interface has it. Pure.
struct RegistryQuestion {
    let path: String
    let body: String

    /// - Parameters:
    ///   - schema: JSON Schema, as text.
    ///   - registers: makes it known where it is not; else only asks.
    init(schema: String, subject: String, registers: Bool) {
        path = "/subjects/\(Self.escaped(subject))\(registers ? "/versions" : "")"
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("schemaType", "JSON")
        writer.member("schema", schema)
        writer.endObject()
        body = String(decoding: writer.bytes, as: UTF8.self)
    }

    /// One step of a path.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return escaped
    }
}
