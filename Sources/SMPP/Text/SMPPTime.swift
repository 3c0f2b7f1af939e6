internal import Logging
package import Time

/// Times as SMPP writes them (SMPP 3.4, 7.1.1): `YYMMDDhhmmsstnnp`, here always in UTC.
package enum SMPPTime {
    /// `261124060000100+` for 2026-11-24T06:00:00.123Z.
    package static func absolute(_ time: WallTime) -> String {
        // `2026-11-24T06:00:00.123Z` has the same digits in the same order.
        var text: [UInt8] = []
        LogTimestamp(milliseconds: time.milliseconds).append(to: &text)
        let digits = text.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return String(decoding: digits.dropFirst(2).prefix(13), as: UTF8.self) + "00+"
    }
}
