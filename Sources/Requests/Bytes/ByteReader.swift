/// Reading what `ByteWriter` wrote. Whatever stands in the topic, it ends in a value or an error.
package struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    package private(set) var index = 0

    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    package var isAtEnd: Bool { index == bytes.count }

    package mutating func get<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(LedgerError) -> T {
        guard bytes.count - index >= MemoryLayout<T>.size else { throw .malformed }
        defer { index += MemoryLayout<T>.size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: T.self))
    }

    package mutating func getShort() throws(LedgerError) -> [UInt8] { try take(Int(get(UInt8.self))) }
    package mutating func getMedium() throws(LedgerError) -> [UInt8] { try take(Int(get(UInt16.self))) }
    package mutating func getLong() throws(LedgerError) -> [UInt8] { try take(Int(get(UInt32.self))) }

    package mutating func take(_ count: Int) throws(LedgerError) -> [UInt8] {
        guard bytes.count - index >= count else { throw .malformed }
        defer { index += count }
        return [UInt8](bytes[index..<index + count])
    }

    package mutating func skip(_ count: Int) throws(LedgerError) {
        guard bytes.count - index >= count else { throw .malformed }
        index += count
    }
}
