/// The members of an object in the order of the text; no key twice.
package struct JSONObject: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package let key: String
        package let value: JSONValue
    }

    /// Keys are equal when their code points are; `String` alone would also join composed and decomposed letters.
    private struct Key: Hashable, Sendable {
        let string: String

        static func == (a: Key, b: Key) -> Bool { a.string.utf8.elementsEqual(b.string.utf8) }

        func hash(into hasher: inout Hasher) {
            var string = string
            string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    package private(set) var members: [Member] = []
    private var positions: [Key: Int] = [:]

    package init() {}

    /// Adds a member at the end; answers false, and changes nothing, when the key is there already.
    @discardableResult
    package mutating func append(_ key: String, _ value: JSONValue) -> Bool {
        let slot = Key(string: key)
        if positions[slot] != nil { return false }
        positions[slot] = members.count
        members.append(Member(key: key, value: value))
        return true
    }

    package subscript(key: String) -> JSONValue? { positions[Key(string: key)].map { members[$0].value } }
}
