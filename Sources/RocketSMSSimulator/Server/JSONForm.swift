internal import JSON

/// Makes a form out of a JSON object of strings, numbers and truth values, for the switch that has JSON bodies read.
enum JSONForm {
    /// - Returns: nil for what is not an object.
    static func convert(_ body: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let object = (try? JSONValue(parsing: body))?.objectValue else { return nil }
        var form: [UInt8] = []
        for member in object.members {
            switch member.value {
            case .array(let elements):
                for element in elements { append("\(member.key)[]", element, to: &form) }
            default: append(member.key, member.value, to: &form)
            }
        }
        return form
    }

    private static func append(_ key: String, _ value: JSONValue, to form: inout [UInt8]) {
        let text: String
        switch value {
        case .string(let string): text = string
        case .number(let number): text = number.literal
        case .bool(let bool): text = bool ? "true" : "false"
        case .null, .array, .object: return
        }
        if !form.isEmpty { form.append(UInt8(ascii: "&")) }
        FormEscape.append(key.utf8, to: &form)
        form.append(UInt8(ascii: "="))
        FormEscape.append(text.utf8, to: &form)
    }
}
