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

/// The kind of a value, known from its first byte.
package enum JSONKind: Sendable {
    case null, bool, number, string, array, object
}

/// Which text the reader takes.
package enum JSONSyntax: Sendable {
    /// RFC 8259 and nothing else.
    case strict
    /// RFC 8259, and `//` and `/* */` comments, and a comma after the last member or element: for files that people write.
    case configuration
}
