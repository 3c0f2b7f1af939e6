package import JSON

/// The metadata of a request, read straight into the bytes that every event repeats.
package enum MetadataField {
    case absent
    /// A compact JSON object of strings, keys in their order, at most `SendRequest.metadataLimit` bytes.
    case object([UInt8])
    /// No object, a value in it that is neither a string nor null, or too large.
    case bad

    package init(reading reader: inout JSONReader) throws(JSONError) {
        switch try reader.peek() {
        case .null:
            try reader.readNull()
            self = .absent
        case .object:
            self = try Self.object(&reader)
        case .array:
            // PHP writes an empty map so.
            try reader.beginArray()
            var isEmpty = true
            while try reader.nextElement() {
                isEmpty = false
                try reader.skipValueOfUniqueKeys()
            }
            self = isEmpty ? .object(Array("{}".utf8)) : .bad
        case .bool, .number, .string:
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
            let kind = try reader.peek()
            if kind == .null {
                try reader.readNull()
                continue
            }
            guard isGood, kind == .string else {
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
