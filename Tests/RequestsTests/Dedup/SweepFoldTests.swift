import PipelineSupport
import Testing

@testable import Requests

@Suite struct SweepFoldTests {
    private static let now: Int64 = 1_900_000_000_000
    private static let day: Int64 = 86_400_000
    private static let window = 2 * day

    private func swept(_ closings: [Int64?], surplus: Int = 0, limit: Int = 100, from: Int64 = 0, low: Int64 = 0) -> Sweep {
        let request = SweepRequest(
            ledger: "l", partition: 0, from: from, closedBefore: Self.now - Self.window, surplus: surplus, limit: limit, now: Self.now)
        var fold = SweepFold(request, low: low)
        for (offset, time) in closings.enumerated() where offset >= fold.sweep.nextOffset {
            var entry = LedgerEntry.sample(id: "\(offset)")
            if let time { _ = entry.expire("late", at: time) }
            let goesOn = LedgerCodec.bytes(of: entry).withUnsafeBytes { value in
                entry.echo.id.withUnsafeBytes { fold.add(offset: Int64(offset), key: $0, value: value) }
            }
            guard goesOn else { break }
        }
        return fold.sweep
    }

    @Test func whatIsOverGoesUpToTheFirstThatIsNot() {
        let old = Self.now - Self.window - 1
        let sweep = swept([old, nil, old, Self.now - 5, old])
        #expect(sweep.closed.map(\.id.text) == ["0", "2"] && sweep.nextOffset == 3 && sweep.nextClosedAt == Self.now - 5)
        #expect(swept([old, nil]).nextClosedAt == nil)
    }

    @Test func aSweepIsBoundedAndGoesOnWhereItStopped() {
        let old = Self.now - Self.window - 1
        let first = swept([old, old, old], limit: 2)
        #expect(first.closed.count == 2 && first.nextOffset == 2 && first.nextClosedAt == 0, "more may be over")
        #expect(swept([old, old, old], from: 2).closed.map(\.id.text) == ["2"])
        #expect(swept([old, old, old], from: 0, low: 2).closed.map(\.id.text) == ["2"], "the ledger begins later now")
    }

    @Test func aSurplusGoesWhateverItsTime() {
        let sweep = swept([Self.now - 9, Self.now - 8, Self.now - 7], surplus: 2)
        #expect(sweep.closed.map(\.id.text) == ["0", "1"] && sweep.nextClosedAt == Self.now - 7)
    }

    /// One of a clock that was wrong, at the beginning of the ledger: no sweep would come past it for 300 days.
    @Test func aClosingOfTheFutureStopsNoSweep() {
        let old = Self.now - Self.window - 1
        let sweep = swept([Self.now + 300 * Self.day, old, Self.now - 5])
        #expect(sweep.closed.map(\.id.text) == ["1"] && sweep.nextOffset == 2 && sweep.nextClosedAt == Self.now - 5)
        #expect(swept([Self.now + Self.day, old]).nextClosedAt == Self.now + Self.day, "clocks differ")
    }

    /// With it the partition would stay closed at its next restore.
    @Test func whatNoWorkerCanHaveClosedIsTakenOut() {
        #expect(swept([Self.now + LedgerFold.closingHorizon + 1]).closed.map(\.id.text) == ["0"])
    }
}
