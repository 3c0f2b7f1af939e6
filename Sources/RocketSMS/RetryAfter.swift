/// `Retry-After` in both forms (RFC 9110, 10.2.3): seconds, or a date.
package enum RetryAfter {
    package static let longest = Duration.seconds(3_600)

    /// - Parameter now: milliseconds since 1970.
    /// - Returns: nil where the text is neither; 0 to an hour otherwise.
    package static func duration(_ text: String?, now: Int64) -> Duration? {
        guard let text else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return text.utf8.count > 6 ? longest : Int64(text).map { min(.seconds($0), longest) }
        }
        return date(text).map { min(max(.zero, .milliseconds($0 - now)), longest) }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the only form that servers may send. Milliseconds since 1970.
    private static func date(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT", let day = Int64(parts[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(parts[2])), let year = Int64(parts[3]), (1970...9999).contains(year)
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int64($0) }
        guard time.count == 3, (0..<24).contains(time[0]), (0..<60).contains(time[1]), (0...60).contains(time[2]) else { return nil }
        // Days since 1970 by counting from March, so that the leap day is a year's last.
        let m = Int64(month + 1)
        let y = m <= 2 ? year - 1 : year
        let era = y / 400
        let ofYear = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + day - 1
        let ofEra = (y - era * 400) * 365 + (y - era * 400) / 4 - (y - era * 400) / 100 + ofYear
        let days = era * 146_097 + ofEra - 719_468
        return (days * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]) * 1_000
    }
}
