/// The fields of a PDU, appended to its octets.
extension [UInt8] {
    mutating func appendBigEndian(_ value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    mutating func appendBigEndian(_ value: UInt32) {
        appendBigEndian(UInt16(truncatingIfNeeded: value >> 16))
        appendBigEndian(UInt16(truncatingIfNeeded: value))
    }

    /// Writes over what stands there.
    mutating func replace(at index: Int, with value: UInt32) {
        for offset in 0..<4 { self[index + offset] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * offset)) }
    }

    /// A C-octet string: what `FieldReader.string` reads.
    ///
    /// - Parameter limit: the octets that it may have, with its NUL.
    mutating func append(_ text: String, _ field: PDUFault.Field, limit: Int) throws(PDUEncodingError) {
        let begin = count
        for scalar in text.unicodeScalars {
            guard (1...0xFF).contains(scalar.value) else { throw .badCharacter(field) }
            append(UInt8(scalar.value))
        }
        guard count - begin < limit else { throw .tooLong(field, limit: limit - 1) }
        append(0)
    }

    mutating func append(_ address: Address, _ field: PDUFault.Field, limit: Int) throws(PDUEncodingError) {
        append(address.ton)
        append(address.npi)
        try append(address.digits, field, limit: limit)
    }
}
