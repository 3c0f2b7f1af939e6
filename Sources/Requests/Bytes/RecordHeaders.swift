/// The headers of one record, in order, repeated names included: one buffer for all bytes, to be filled again for the next record.
package struct RecordHeaders: Sendable {
    private struct Entry: Sendable {
        let start: Int
        let nameEnd: Int
        /// Nil: the header has no value, which is not an empty one.
        let valueEnd: Int?
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    package init() {}

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    /// Bytes of all names and values.
    package var byteCount: Int { bytes.count }

    /// Keeps the room for the next record.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    package mutating func append(_ name: StaticString, _ value: [UInt8]) { append(name) { $0.append(contentsOf: value) } }

    package mutating func append(_ name: StaticString, _ value: String) { append(name) { $0.append(contentsOf: value.utf8) } }

    package mutating func append(_ name: StaticString, _ value: some FixedWidthInteger) { append(name) { Decimal.append(value, to: &$0) } }

    package mutating func append(_ name: StaticString, _ value: StaticString) {
        append(name) { $0.append(contentsOf: UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount)) }
    }

    /// `write` appends the value's bytes and does nothing else.
    package mutating func append(_ name: StaticString, writing write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        let nameEnd = bytes.count
        write(&bytes)
        entries.append(Entry(start: start, nameEnd: nameEnd, valueEnd: bytes.count))
    }

    /// Copies both.
    package mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) {
        let start = bytes.count
        bytes.append(contentsOf: name)
        let nameEnd = bytes.count
        if let value { bytes.append(contentsOf: value) }
        entries.append(Entry(start: start, nameEnd: nameEnd, valueEnd: value == nil ? nil : bytes.count))
    }

    /// Lends name and value of each header, in order; nil: no value.
    package func withEach(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws -> Void) rethrows {
        try bytes.withUnsafeBytes { bytes in
            for entry in entries {
                try body(
                    UnsafeRawBufferPointer(rebasing: bytes[entry.start..<entry.nameEnd]),
                    entry.valueEnd.map { UnsafeRawBufferPointer(rebasing: bytes[entry.nameEnd..<$0]) })
            }
        }
    }

    /// The last value under this name, as UTF-8; nil where there is none.
    package subscript(name: StaticString) -> String? {
        var found: String?
        withEach { other, value in
            if other == name { found = value.map { String(decoding: $0, as: UTF8.self) } }
        }
        return found
    }
}
