package import JSON

/// The metadata of a request, read straight into the bytes that every event repeats.
package enum MetadataField {
    case absent
    /// A compact JSON object of strings, keys in their order, at most `SendRequest.metadataLimit` bytes.
    case object([UInt8])
    /// No object, a value in it that is no string, or too large.
    case bad

    package init(reading reader: inout JSONReader) throws(JSONError) {
        switch try reader.peek() {
        case .null:
            try reader.readNull()
            self = .absent
        case .object:
            self = try Self.object(&reader)
        case .bool, .number, .string, .array:
            try reader.skipValueOfUniqueKeys()
            self = .bad
        }
    }

    private static func object(_ reader: inout JSONReader) throws(JSONError) -> MetadataField {
        var writer = JSONWriter()
        writer.bytes.reserveCapacity(128)
        var keys = UniqueKeys()
        var isGood = true
        writer.beginObject()
        try reader.beginObject()
        while let key = try reader.nextKey() {
            try keys.insert(key, reader)
            guard isGood, try reader.peek() == .string else {
                isGood = false
                try reader.skipValueOfUniqueKeys()
                continue
            }
            let value = try reader.readStringSlice()
            key.withUnescapedBytes { writer.key(utf8: $0) }
            value.withUnescapedBytes { writer.string(utf8: $0) }
            isGood = writer.bytes.count < SendRequest.metadataLimit
        }
        writer.endObject()
        return isGood ? .object(writer.bytes) : .bad
    }
}
