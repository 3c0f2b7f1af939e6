package import JSON

/// The keys of one object so far. Holds the record's pointers.
///
/// Few are compared one by one, which costs one allocation or none; many are hashed where they stand, so that no record makes it quadratic, and
/// a megabyte of keys is no more than a few milliseconds of a turn.
package struct UniqueKeys {
    private static let fewKeys = 16

    private var few: [JSONStringSlice] = []
    private var many: Set<HashedKey> = []

    /// - Throws: where the object has had this key; `reader` stands behind it.
    package mutating func insert(_ key: JSONStringSlice, _ reader: JSONReader) throws(JSONError) {
        if few.count < Self.fewKeys {
            for other in few where key.isSameText(as: other) { throw reader.repeatedKey }
            few.append(key)
            return
        }
        if many.isEmpty { for other in few { many.insert(HashedKey(key: other)) } }
        guard many.insert(HashedKey(key: key)).inserted else { throw reader.repeatedKey }
    }

    /// Equal where the text is, however it is escaped.
    private struct HashedKey: Hashable {
        let key: JSONStringSlice

        static func == (one: HashedKey, other: HashedKey) -> Bool { one.key.isSameText(as: other.key) }

        func hash(into hasher: inout Hasher) {
            guard key.hasEscapes else { return hasher.combine(bytes: key.raw) }
            key.unescapedBytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
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
