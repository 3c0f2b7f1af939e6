extension RFC3339 {
    /// Milliseconds since 1970 of an RFC 3339 `date-time`; nil for anything else.
    ///
    /// Strict: four-digit year, `T` and `Z` in either case, offset required, no space between date and time. Seconds may be left out,
    /// as Java does where they are 0. Digits of the fraction beyond milliseconds are cut off. A leap second (23:59:60 UTC) is the first
    /// moment of the next day.
    package static func parse(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard bytes.count >= 17, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] | 0x20 == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"),
            let year = number(bytes, 0, 4), let month = number(bytes, 5, 2), let day = number(bytes, 8, 2),
            let hour = number(bytes, 11, 2), let minute = number(bytes, 14, 2),
            let date = CivilDate(year: year, month: month, day: day), hour <= 23, minute <= 59
        else { return nil }
        var index = 16
        var second = 0
        var millisecond = 0
        if bytes[index] == UInt8(ascii: ":") {
            guard bytes.count >= 20, let given = number(bytes, 17, 2), given <= 60 else { return nil }
            second = given
            index = 19
        }
        if index == 19, bytes[index] == UInt8(ascii: ".") {
            index += 1
            let start = index
            while index < bytes.count, let digit = digit(bytes[index]) {
                if index - start < 3 { millisecond = millisecond * 10 + digit }
                index += 1
            }
            guard index > start else { return nil }
            for _ in min(index - start, 3)..<3 { millisecond *= 10 }
        }
        guard let offset = offsetMinutes(bytes, from: index) else { return nil }
        let minutes = date.daysSince1970 * 1440 + hour * 60 + minute - offset
        let minuteOfDay = (minutes % 1440 + 1440) % 1440
        guard second < 60 || minuteOfDay == 1439 else { return nil }
        return (Int64(minutes) * 60 + Int64(second)) * 1000 + Int64(millisecond)
    }

    /// Minutes east of UTC; the text must end with it.
    private static func offsetMinutes(_ bytes: UnsafeRawBufferPointer, from index: Int) -> Int? {
        switch bytes.count - index {
        case 1: return bytes[index] | 0x20 == UInt8(ascii: "z") ? 0 : nil
        case 6:
            let sign = bytes[index]
            guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), bytes[index + 3] == UInt8(ascii: ":"),
                let hours = number(bytes, index + 1, 2), let minutes = number(bytes, index + 4, 2), hours <= 23, minutes <= 59
            else { return nil }
            return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
        default: return nil
        }
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            guard let digit = digit(bytes[index]) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private static func digit(_ byte: UInt8) -> Int? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? Int(value) : nil
    }
}
