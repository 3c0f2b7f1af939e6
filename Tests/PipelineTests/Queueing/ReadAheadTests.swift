import Testing
import Time

@testable import SMSPipeline

@Suite struct ReadAheadTests {
    private let start = MonotonicInstant(nanoseconds: 3_600_000_000_000)

    /// Records read in ten seconds of turns a millisecond apart.
    private func read(_ ahead: inout ReadAhead, turns: Int = 10_000, hasRoom: (Int) -> Bool) -> Int {
        var records = 0
        for turn in 0..<turns {
            let now = start + .milliseconds(turn)
            while records < 100_000, ahead.mayRead(hasRoom: hasRoom(turn), at: now) == .read {
                ahead.hasRead()
                records += 1
            }
        }
        return records
    }

    @Test func withoutRoomItReadsAtItsRate() {
        var ahead = ReadAhead(at: start)
        let records = read(&ahead) { _ in false }
        #expect((4_900...5_100).contains(records))
    }

    @Test func whereRoomComesAgainSoonNothingIsReadAhead() {
        var ahead = ReadAhead(at: start)
        var records = 0
        for turn in 0..<10_000 {
            let now = start + .milliseconds(turn)
            if ahead.mayRead(hasRoom: turn % 150 == 0, at: now) == .read, turn % 150 != 0 { records += 1 }
        }
        #expect(records == 0)
    }

    @Test func withRoomNothingIsCounted() {
        var ahead = ReadAhead(at: start)
        let records = read(&ahead, turns: 1) { _ in true }
        #expect(records == 100_000)
        // What was read with room takes nothing from what may be read without.
        let later = start + .milliseconds(300)
        #expect(ahead.mayRead(hasRoom: false, at: later) == .read)
    }

    @Test func whoHasUsedItUpHearsWhenItGoesOn() {
        var ahead = ReadAhead(at: start)
        let now = start + .seconds(1)
        var verdict = ahead.mayRead(hasRoom: false, at: now)
        while verdict == .read {
            ahead.hasRead()
            verdict = ahead.mayRead(hasRoom: false, at: now)
        }
        #expect(verdict == .waitUntil(now + .milliseconds(200)))
    }
}
