internal import EventLoop
internal import Time

/// Durations as `500ms`, `5s`, `2m`, `72h`; `0` needs no unit.
enum DurationText {
    /// - Returns: nil for anything else, and beyond ten years.
    static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number <= 315_360_000_000 else { return nil }
        let milliseconds: Int64
        switch text.dropFirst(digits.count) {
        case "ms": milliseconds = number
        case "s": milliseconds = number * 1_000
        case "m": milliseconds = number * 60_000
        case "h": milliseconds = number * 3_600_000
        default: return nil
        }
        return milliseconds <= 315_360_000_000 ? .milliseconds(milliseconds) : nil
    }

    static func format(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        for (unit, size) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1_000)] where milliseconds != 0 && milliseconds % size == 0 {
            return "\(milliseconds / size)\(unit)"
        }
        return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
    }
}
