import EventLoop
import Testing
import Time

@testable import RocketSMS

@Suite struct HTTPDateTests {
    /// 2026-11-25.
    private static let now: Int64 = 1_795_600_000

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Wednesday, 25-Nov-76 00:00:00 GMT", 3_373_488_000),
        ("Thursday, 25-Nov-77 00:00:00 GMT", 249_264_000),
    ])
    func theThreeFormsAreRead(text: String, expected: Int64) {
        #expect(HTTPDate.seconds(text, now: Self.now) == expected)
    }

    @Test(arguments: [
        "", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
    ])
    func nothingElseIs(text: String) {
        #expect(HTTPDate.seconds(text, now: Self.now) == nil)
    }

    @Test(arguments: [
        ("0", 0), ("120", 120), ("3600", 3_600), ("3601", 3_600), ("99999999999999999999", 3_600),
        ("Wed, 25 Nov 2026 08:00:00 GMT", 0), ("Thu, 26 Nov 2026 00:00:00 GMT", 3_600), ("Wednesday, 25-Nov-26 08:30:00 GMT", 400),
        ("Wed Nov 25 08:30:00 2026", 400), ("Wed, 25 Nov 2026 08:30:00 UTC", 400), ("-1", 0), ("-0.5", 0), ("1s", 1), ("1 ", 1), ("2.", 2),
        ("7.000", 7), ("99999999999999999999.5", 3_600), ("-99999999999999999999", 0),
    ])
    func aWaitIsAtMostAnHour(value: String, seconds: Int) {
        #expect(RetryAfter.wait(Array(value.utf8), now: WallTime(milliseconds: 1_795_595_000_000)) == .seconds(seconds))
    }

    @Test(arguments: [("1.5", 1_500), ("0.25s", 250), ("0.0001", 1), ("3599.9999", 3_600_000), ("1.0009", 1_001)])
    func aFractionOfASecondIsRoundedUp(value: String, milliseconds: Int) {
        #expect(RetryAfter.wait(Array(value.utf8), now: WallTime(milliseconds: 0)) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "-", ".", ".5", "s", "1.5.5", "1e3", "1 s", "+1", "0x1", "--1", "1,5", String(repeating: "1", count: 65)])
    func anythingElseSaysNothing(value: String) {
        #expect(RetryAfter.wait(Array(value.utf8), now: WallTime(milliseconds: 0)) == nil)
    }
}
