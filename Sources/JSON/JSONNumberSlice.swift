/// A number of the text as it stands there. Usable only while the reader's bytes are.
package struct JSONNumberSlice {
    /// The literal's bytes: valid by the grammar of RFC 8259, ASCII only.
    package let raw: UnsafeRawBufferPointer

    /// The literal, never by way of a Double.
    package var literal: String { String(decoding: raw, as: UTF8.self) }

    /// The value, if the literal is written as an integer (no fraction, no exponent) and fits; never rounded.
    package var int64: Int64? {
        var value: Int64 = 0
        let isNegative = raw.first == UInt8(ascii: "-")
        for byte in raw.dropFirst(isNegative ? 1 : 0) {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }
}
