/// The dates of HTTP (RFC 9110, 5.6.7), as seconds since 1970: `Sun, 06 Nov 1994 08:49:37 GMT`, and the two obsolete forms
/// that a recipient must take, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Nil where `text` is none of the three. The name of the day is not looked at.
    ///
    /// - Parameter now: seconds since 1970; decides the century of a two-digit year.
    static func seconds(_ text: String, now: Int64) -> Int64? {
        let words = text.split(separator: " ").map(String.init)
        if words.count == 6, isUniversal(words[5]), words[0].hasSuffix(",") {
            return seconds(day: words[1], month: words[2], year: number(words[3], digits: 4), time: words[4])
        }
        if words.count == 4, isUniversal(words[3]), words[0].hasSuffix(",") {
            let date = words[1].split(separator: "-").map(String.init)
            guard date.count == 3, let short = number(date[2], digits: 2) else { return nil }
            return seconds(day: date[0], month: date[1], year: fullYear(short, now: now), time: words[2])
        }
        if words.count == 5 {
            return seconds(day: words[2], month: words[1], year: number(words[4], digits: 4), time: words[3])
        }
        return nil
    }

    /// The standard knows GMT alone.
    private static func isUniversal(_ zone: String) -> Bool { zone == "GMT" || zone == "UTC" }

    private static func seconds(day: String, month: String, year: Int64?, time: String) -> Int64? {
        let clock = time.split(separator: ":").map(String.init)
        guard let year, let month = months.firstIndex(of: month), let day = number(day, digits: 2) ?? number(day, digits: 1),
            (1...31).contains(day), clock.count == 3, let hour = number(clock[0], digits: 2), hour < 24,
            let minute = number(clock[1], digits: 2), minute < 60, let second = number(clock[2], digits: 2), second <= 60
        else { return nil }
        return days(year: year, month: Int64(month) + 1, day: day) * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// A date that seems more than 50 years ahead is of the past century (RFC 9110).
    private static func fullYear(_ short: Int64, now: Int64) -> Int64 {
        let year = 1970 + now / 31_556_952
        let full = year / 100 * 100 + short
        return full > year + 50 ? full - 100 : full
    }

    /// Days since 1970-01-01 in the Gregorian calendar; March is the first month here, so that the leap day is the last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        return 365 * year + year / 4 - year / 100 + year / 400 + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468
    }

    private static func number(_ text: String, digits: Int) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return nil }
        return Int64(text)
    }
}
