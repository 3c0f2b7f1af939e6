/// What a request's `traceparent` says: which trace it belongs to, below which span (W3C Trace Context, 3.2).
package struct TraceContext: Equatable, Sendable {
    package let traceHigh: UInt64
    package let traceLow: UInt64
    /// The span of whoever published the request.
    package let parent: UInt64
    /// Whether that one records the trace.
    package let isSampled: Bool

    /// `00-` 32 hexadecimal digits `-` 16 `-` 2; a later version may have more behind them.
    private static let length = 55

    /// Nil where it is no such header: a trace is no reason to refuse anything.
    package init?(_ header: [UInt8]) {
        guard header.count >= Self.length, [2, 35, 52].allSatisfy({ header[$0] == UInt8(ascii: "-") }) else { return nil }
        guard let version = Self.number(header[0..<2]), version != 0xFF, let flags = Self.number(header[53..<55]) else { return nil }
        guard header.count == Self.length || (version > 0 && header[Self.length] == UInt8(ascii: "-")) else { return nil }
        guard let high = Self.number(header[3..<19]), let low = Self.number(header[19..<35]), let parent = Self.number(header[36..<52])
        else { return nil }
        guard high | low != 0, parent != 0 else { return nil }
        traceHigh = high
        traceLow = low
        self.parent = parent
        isSampled = flags & 1 == 1
    }

    /// The header for whoever is called below `span`.
    package func header(below span: UInt64) -> [UInt8] {
        var header = Array("00-".utf8)
        header.reserveCapacity(Self.length)
        Self.append(traceHigh, to: &header)
        Self.append(traceLow, to: &header)
        header.append(UInt8(ascii: "-"))
        Self.append(span, to: &header)
        header.append(contentsOf: (isSampled ? "-01" : "-00").utf8)
        return header
    }

    /// Of lower-case hexadecimal digits, as the header has them.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    private static func append(_ value: UInt64, to text: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -4) { text.append(digits[Int(value >> UInt64(shift) & 15)]) }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}

extension Echo {
    /// Nil where the request has none that can be read.
    package var trace: TraceContext? { traceparent.flatMap { TraceContext($0) } }
}
