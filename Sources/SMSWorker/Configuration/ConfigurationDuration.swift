internal import Requests
internal import SMSPipeline
internal import Time

/// Durations as people write them: a whole number and its unit.
package enum ConfigurationDuration {
    private static let units: [(name: String, milliseconds: Int64)] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]

    /// Nil for anything but digits and one of `ms`, `s`, `m`, `h`, and for what no clock counts.
    package static func parse(_ text: some StringProtocol) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), let unit = units.first(where: { $0.name == text.dropFirst(digits.count) }) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : .milliseconds(product)
    }

    /// In the largest unit that needs no fraction: `90s`, `2m`. Less than a millisecond is dropped.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        if milliseconds == 0 { return "0s" }
        for unit in units where milliseconds % unit.milliseconds == 0 { return "\(milliseconds / unit.milliseconds)\(unit.name)" }
        return "\(milliseconds)ms"
    }
}
