/// Little-endian writing at the end of a byte array; the ledger's only format.
package struct ByteWriter {
    package var bytes: [UInt8]

    package init(appendingTo bytes: [UInt8] = []) { self.bytes = bytes }

    @inline(__always) package mutating func put<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Length in one byte, then the bytes; the caller has bounded them at admission.
    package mutating func putShort(_ value: [UInt8]) {
        precondition(value.count <= 0xff, "a short field is bounded to 255 bytes where it is admitted")
        bytes.append(UInt8(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func putMedium(_ value: [UInt8]) {
        precondition(value.count <= 0xffff, "a medium field is bounded to 65,535 bytes where it is admitted")
        put(UInt16(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func putLong(_ value: [UInt8]) {
        put(UInt32(value.count))
        bytes.append(contentsOf: value)
    }
}
