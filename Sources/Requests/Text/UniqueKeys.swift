package import JSON

/// The keys of one object so far. Holds the record's pointers.
///
/// Few are compared one by one, which costs one allocation or none; many are hashed, so that no record makes it quadratic.
package struct UniqueKeys {
    private static let fewKeys = 16

    private var few: [JSONStringSlice] = []
    private var many: Set<[UInt8]> = []

    /// - Throws: where the object has had this key; `reader` stands behind it.
    package mutating func insert(_ key: JSONStringSlice, _ reader: JSONReader) throws(JSONError) {
        if few.count < Self.fewKeys {
            for other in few where key.isSameText(as: other) { throw reader.repeatedKey }
            few.append(key)
            return
        }
        if many.isEmpty { for other in few { many.insert(other.unescapedBytes) } }
        guard many.insert(key.unescapedBytes).inserted else { throw reader.repeatedKey }
    }
}

extension JSONReader {
    package var repeatedKey: JSONError { expected("a key that this object does not have yet, before the colon") }

    /// Skips a value that nobody reads; unlike `skipValue()` it refuses a repeated key at any depth (which the reader bounds).
    package mutating func skipValueOfUniqueKeys() throws(JSONError) {
        switch try peek() {
        case .object:
            var keys = UniqueKeys()
            try beginObject()
            while let key = try nextKey() {
                try keys.insert(key, self)
                try skipValueOfUniqueKeys()
            }
        case .array:
            try beginArray()
            while try nextElement() { try skipValueOfUniqueKeys() }
        case .null, .bool, .number, .string:
            try skipValue()
        }
    }
}
