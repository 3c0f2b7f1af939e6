internal import Logging
package import Time

/// How often each code has ended a request or a record, and when it last did. A healthy message costs nothing here.
package struct RecentFailures: Equatable, Sendable {
    package struct Failure: Equatable, Sendable {
        package let code: String
        /// `reason.kind` of the event, or `dead letter`.
        package let kind: String
        package var count: Int
        package var lastAt: MonotonicInstant
    }

    package static let deadLetter = "dead letter"
    /// Codes are the provider's own, and it may have any number of them.
    package static let most = 24
    /// What stands for a code that may not be shown.
    static let other = "OTHER"

    private var failures: [String: Failure] = [:]

    package init() {}

    package mutating func count(_ code: String, kind: String, at now: MonotonicInstant) {
        let code = Self.isShown(code) ? code : Self.other
        let key = kind + " " + code
        if failures[key] != nil {
            failures[key]?.count += 1
            failures[key]?.lastAt = now
            return
        }
        if failures.count >= Self.most, let oldest = failures.min(by: { $0.value.lastAt < $1.value.lastAt }) {
            failures[oldest.key] = nil
        }
        failures[key] = Failure(code: code, kind: kind, count: 1, lastAt: now)
    }

    /// The latest first.
    package var latest: [Failure] {
        failures.values.sorted { $0.lastAt == $1.lastAt ? ($0.kind, $0.code) < ($1.kind, $1.code) : $0.lastAt > $1.lastAt }
    }

    /// Looks like a code, and like no phone number.
    private static func isShown(_ code: String) -> Bool {
        guard !code.isEmpty, code.utf8.count <= 40 else { return false }
        return code.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        } && Logger.Redaction.maskedID(code) == code
    }
}
