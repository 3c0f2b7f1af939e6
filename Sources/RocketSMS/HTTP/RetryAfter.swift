internal import EventLoop
internal import Time

/// The value of `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. Some servers write seconds with a fraction, with an `s` behind them,
/// or below zero.
enum RetryAfter {
    /// The longest wait that is believed.
    static let longest = Duration.seconds(3_600)

    /// The wait that `value` asks for, at most `longest`; nil where it is neither form.
    static func wait(_ value: [UInt8], now: WallTime) -> Duration? {
        guard !value.isEmpty, value.count <= 64 else { return nil }
        if let wait = value.withUnsafeBytes(seconds) { return wait }
        let second = now.milliseconds / 1_000
        guard let date = HTTPDate.seconds(String(decoding: value, as: UTF8.self), now: second) else { return nil }
        return min(longest, max(.zero, .milliseconds(date * 1_000 - now.milliseconds)))
    }

    /// `-? DIGIT* ("." DIGIT*)? s?`, rounded up to the millisecond; nil where it is another form.
    private static func seconds(_ value: UnsafeRawBufferPointer) -> Duration? {
        var rest = HTTPSyntax.trimmed(value)[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        if let last = rest.last, last | 0x20 == UInt8(ascii: "s"), rest.count > 1 { rest = rest.dropLast() }
        let parts = rest.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let isDigit = { (byte: UInt8) in byte &- UInt8(ascii: "0") < 10 }
        guard parts.allSatisfy({ $0.allSatisfy(isDigit) }), let whole = parts.first, !whole.isEmpty else { return nil }
        if isNegative { return .zero }
        guard let seconds = HTTPSyntax.decimal(UnsafeRawBufferPointer(rebasing: whole)), seconds < 3_600 else { return longest }
        let fraction = parts.count == 2 ? parts[1] : rest.suffix(0)
        var thousandths = 0
        for place in fraction.prefix(3).enumerated() { thousandths += Int(place.element - UInt8(ascii: "0")) * [100, 10, 1][place.offset] }
        let isMore = fraction.dropFirst(3).contains { $0 != UInt8(ascii: "0") }
        return .milliseconds(seconds * 1_000 + thousandths + (isMore ? 1 : 0))
    }
}
