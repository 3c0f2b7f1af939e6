/// Points in time as RFC 3339 writes them; in memory they are milliseconds since 1970, UTC.
package enum RFC3339 {
    package static let millisecondsOfDay: Int64 = 86_400_000
    /// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: beyond them the format has no year.
    package static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// Appends `2026-11-24T06:00:00.123Z`: always UTC, always milliseconds. Out of range it is the nearest bound.
    package static func append(_ milliseconds: Int64, to bytes: inout [UInt8]) {
        let time = min(max(milliseconds, range.lowerBound), range.upperBound)
        let day = Int((time >= 0 ? time : time - (millisecondsOfDay - 1)) / millisecondsOfDay)
        let ofDay = Int(time) - day * Int(millisecondsOfDay)
        let date = CivilDate(daysSince1970: day)
        bytes.reserveCapacity(bytes.count + 24)
        Decimal.append(date.year, width: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Decimal.append(date.month, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Decimal.append(date.day, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        Decimal.append(ofDay / 3_600_000, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Decimal.append(ofDay / 60_000 % 60, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Decimal.append(ofDay / 1000 % 60, width: 2, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        Decimal.append(ofDay % 1000, width: 3, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    package static func string(_ milliseconds: Int64) -> String {
        var bytes: [UInt8] = []
        append(milliseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
