import Glibc
import TestSupport
import Testing

@testable import Requests

@Suite struct RFC3339Tests {
    private func parse(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBytes { RFC3339.parse($0) } }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("1969-12-31T23:59:59.999Z", -1),
        ("2026-11-24T09:00:00+03:00", 1_795_500_000_000), ("2026-11-24t06:00:00z", 1_795_500_000_000),
        ("2026-11-24T06:00:00.1239999Z", 1_795_500_000_123), ("2026-11-24T06:00:00.5-00:00", 1_795_500_000_500),
        ("2000-02-29T00:00:00Z", 951_782_400_000), ("1985-04-12T23:20:50.52Z", 482_196_050_520),
        ("1996-12-19T16:39:57-08:00", 851_042_397_000), ("1990-12-31T23:59:60Z", 662_688_000_000),
        ("1990-12-31T15:59:60-08:00", 662_688_000_000), ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("2026-11-24T09:00+03:00", 1_795_500_000_000), ("2026-11-24T06:00Z", 1_795_500_000_000),
    ])
    func reads(_ text: String, _ milliseconds: Int64) { #expect(parse(text) == milliseconds) }

    @Test(arguments: [
        "", "2026-11-24", "2026-11-24T09:00:00", "2026-11-24 09:00:00Z", "2026-11-24T09Z", "2026-11-24T09:00", "2026-11-24T09:00:Z",
        "2026-11-24T09:00.5Z", "2026-11-24T09:0Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-00T00:00:00Z", "2026-11-24T24:00:00Z",
        "2026-11-24T09:60:00Z", "2026-11-24T09:15:60Z", "2026-11-24T09:00:61Z", "2026-11-24T09:00:00.Z", "2026-11-24T09:00:00,5Z",
        "2026-11-24T09:00:00+3:00", "2026-11-24T09:00:00+0300", "2026-11-24T09:00:00+24:00", "2026-11-24T09:00:00+03:60",
        "2026-11-24T09:00:00ZZ", " 2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z ", "+026-11-24T09:00:00Z", "2026-11-24T09:00:00.5",
        "2026-1-24T09:00:00Z", "2026-11-24T09:00:00\u{2212}03:00", "20261-11-24T09:00:00Z", "2026-11-24T0a:00:00Z",
    ])
    func refuses(_ text: String) { #expect(parse(text) == nil) }

    @Test func writesWhatTheLibraryWritesAndReadsItBack() {
        var random = SeededGenerator(seed: 20_261_124)
        for _ in 0..<20_000 {
            let time = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random)
            var seconds = time_t((time - (time % 1000 + 1000) % 1000) / 1000)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            func padded(_ value: Int, _ width: Int) -> String {
                String(repeating: "0", count: width - String(value).count) + String(value)
            }
            let date = "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
            let clock = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
            let expected = "\(date)T\(clock).\(padded(Int((time % 1000 + 1000) % 1000), 3))Z"
            #expect(RFC3339.string(time) == expected)
            #expect(parse(expected) == time)
        }
    }

    @Test func outOfRangeIsTheNearestBound() {
        #expect(RFC3339.string(.max) == "9999-12-31T23:59:59.999Z")
        #expect(RFC3339.string(.min) == "0000-01-01T00:00:00.000Z")
    }
}
