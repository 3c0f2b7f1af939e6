extension Logger {
    /// A value beside the message.
    package enum MetadataValue: Hashable, Sendable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
        ExpressibleByBooleanLiteral
    {
        case string(String)
        case integer(Int64)
        case bool(Bool)

        package init(stringLiteral value: String) { self = .string(value) }
        package init(integerLiteral value: Int64) { self = .integer(value) }
        package init(booleanLiteral value: Bool) { self = .bool(value) }
        package init(_ value: some BinaryInteger) { self = .integer(Int64(clamping: value)) }
    }
}
