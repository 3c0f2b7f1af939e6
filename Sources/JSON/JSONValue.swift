/// A whole JSON value in memory: for configuration and small answers. The hot paths use `JSONReader`.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// - Throws: `JSONError` for text that is not one value of this syntax, or repeats a key within an object.
    package init(parsing bytes: UnsafeRawBufferPointer, options: JSONSyntax = .strict) throws(JSONError) {
        var reader = JSONReader(bytes, options: options)
        self = try JSONValue(reading: &reader)
        try reader.finish()
    }

    /// - Throws: `JSONError` for text that is not one value of this syntax, or repeats a key within an object.
    package init(parsing bytes: [UInt8], options: JSONSyntax = .strict) throws(JSONError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try JSONValue(parsing: bytes, options: options) }
        }
        self = try result.get()
    }

    /// The value that comes next in `reader`.
    package init(reading reader: inout JSONReader) throws(JSONError) {
        switch try reader.peek() {
        case .null:
            try reader.readNull()
            self = .null
        case .bool: self = .bool(try reader.readBool())
        case .number: self = .number(JSONNumber(try reader.readNumberLiteral()))
        case .string: self = .string(try reader.readString())
        case .array:
            var elements: [JSONValue] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try JSONValue(reading: &reader)) }
            self = .array(elements)
        case .object:
            var object = JSONObject()
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let key = key.string
                if object[key] != nil { throw reader.expected("a key that this object does not have yet, before the colon") }
                object.append(key, try JSONValue(reading: &reader))
            }
            self = .object(object)
        }
    }
}

extension JSONValue {
    package var isNull: Bool { self == .null }
    package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var numberValue: JSONNumber? { if case .number(let value) = self { value } else { nil } }
    package var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    package var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    package var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// A member of an object; nil where it is absent, or this is no object.
    package subscript(key: String) -> JSONValue? { objectValue?[key] }
}
