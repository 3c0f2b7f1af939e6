/// A number kept as its literal, so that a 64-bit id never passes through a Double.
package struct JSONNumber: Hashable, Sendable {
    /// As written: valid by the grammar of RFC 8259.
    package let literal: String

    package init(_ slice: JSONNumberSlice) { literal = slice.literal }

    package init(_ value: some FixedWidthInteger) { literal = String(value) }

    /// The value, if the literal is written as an integer (no fraction, no exponent) and fits; never rounded.
    package var int64: Int64? { Int64(literal) }

    /// The nearest Double; infinite beyond its range.
    package var double: Double { Double(literal) ?? .nan }
}
