package import JSON

/// One field of a record as it stands in the JSON, before any rule. Holds the record's pointers.
package enum RequestField {
    /// Not there, or null.
    case absent
    case string(JSONStringSlice)
    case bool(Bool)
    /// A value of a kind that no rule wants here.
    case other

    package init(reading reader: inout JSONReader) throws(JSONError) {
        switch try reader.peek() {
        case .null:
            try reader.readNull()
            self = .absent
        case .string:
            self = .string(try reader.readStringSlice())
        case .bool:
            self = .bool(try reader.readBool())
        case .number, .array, .object:
            try reader.skipValueOfUniqueKeys()
            self = .other
        }
    }

    package var isAbsent: Bool { if case .absent = self { true } else { false } }
}
