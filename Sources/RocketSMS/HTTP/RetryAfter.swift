internal import EventLoop
internal import Time

/// The value of `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
enum RetryAfter {
    /// The longest wait that is believed.
    static let longest = Duration.seconds(3_600)

    /// The wait that `value` asks for, at most `longest`; nil where it is neither form.
    static func wait(_ value: [UInt8], now: WallTime) -> Duration? {
        guard !value.isEmpty, value.count <= 64 else { return nil }
        if value.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) {
            let seconds = value.withUnsafeBytes { HTTPSyntax.decimal($0) } ?? .max
            return seconds >= 3_600 ? longest : .seconds(seconds)
        }
        let second = now.milliseconds / 1_000
        guard let date = HTTPDate.seconds(String(decoding: value, as: UTF8.self), now: second) else { return nil }
        return min(longest, max(.zero, .milliseconds(date * 1_000 - now.milliseconds)))
    }
}
