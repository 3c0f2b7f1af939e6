package import Requests
package import TestSupport

/// An entry whose times, offsets and counters somebody else may have written.
package enum ForeignEntry {
    package static let now: Int64 = 1_900_000_000_000
    /// The ends, the zero time of Go and .NET, the ends of RFC 3339, and what is ordinary.
    package static let numbers: [Int64] = [
        .min, .min + 1, -62_167_219_200_000, -62_135_596_800_000, -1, 0, 1, now - 1, now, now + 1, 253_402_300_799_999, .max - 1, .max,
    ]
    private static let counters: [UInt16] = [0, 1, 2, 3, .max - 1, .max]

    package static func draw(_ random: inout SeededGenerator) -> LedgerEntry {
        func number(_ ordinary: Int64) -> Int64 { random.oneIn(3) ? numbers[random.below(numbers.count)] : ordinary }
        func counter() -> UInt16 { random.oneIn(2) ? counters[random.below(counters.count)] : 1 }
        let state: LedgerEntry.State = [.waiting, .sending, .tracking, .held, .closed][random.below(5)]
        var echo = LedgerEntry.sample(id: "id-\(random.below(4))").echo
        if state == .tracking { echo.messageIDs = ["8767"] }
        return LedgerEntry(
            state: state, echo: echo, message: state == .tracking ? nil : LedgerEntry.sample().message, offset: number(7),
            timestamp: number(now), isPriority: random.oneIn(2), hasTimelessID: random.oneIn(2), hasUnknownOutcome: random.oneIn(2),
            policy: [nil, .resend, .fail, .hold][random.below(4)], admittedAt: number(now),
            sendAt: random.oneIn(2) ? nil : number(now),
            expiresAt: random.oneIn(2) ? nil : number(now), attempt: counter(), unknownAttempts: counter(), failures: counter(),
            mark: random.next(), notBefore: number(0), pausedMilliseconds: number(0), acceptedAt: number(now),
            closedAt: number(now),
            lastStatus: [nil, .queued, .sent, .delivered, .failed][random.below(5)], sequence: counter())
    }

    /// What a provider may call a status: of any length, with characters of one to four bytes.
    package static func status(_ random: inout SeededGenerator) -> String {
        let letters = ["O", "ODD ", "я", "€", "😀", "\u{0}", "e\u{301}"]
        return (0..<random.below(70)).map { _ in letters[random.below(letters.count)] }.joined()
    }

    /// The provider's word, whatever its client lets through and more.
    package static func acceptance(_ random: inout SeededGenerator) -> Acceptance {
        let ids = (0..<random.below(300)).map { _ in random.oneIn(20) ? status(&random) : "\(random.below(9))" }
        func literal() -> [UInt8] { Array(repeating: UInt8(ascii: "7"), count: random.below(random.oneIn(9) ? 600 : 34)) }
        let cost = random.oneIn(3) ? nil : Echo.Cost(credits: literal(), money: literal())
        return Acceptance(messageIDs: ids, status: random.oneIn(2) ? .known(.queued) : .other(status(&random)), cost: cost)
    }
}
