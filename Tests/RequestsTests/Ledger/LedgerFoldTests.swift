import PipelineSupport
import TestSupport
import Testing

@testable import Requests

@Suite struct LedgerFoldTests {
    private func add(_ entry: LedgerEntry, to fold: inout LedgerFold) throws {
        var bytes: [UInt8] = []
        LedgerCodec.encode(entry, into: &bytes)
        try bytes.withUnsafeBytes { value in try entry.echo.id.withUnsafeBytes { key in try fold.add(key: key, value: value, at: 0) } }
    }

    @Test func theLastRecordOfAnIDCounts() throws {
        var fold = LedgerFold()
        var first = LedgerEntry.sample(id: "a", offset: 3)
        try add(first, to: &fold)
        first.begin(mark: 1)
        try add(first, to: &fold)
        var second = LedgerEntry.sample(id: "b", offset: 9)
        _ = second.expire("late", at: 50)
        try add(second, to: &fold)
        let third = LedgerEntry.sample(id: "c", offset: 4)
        try add(third, to: &fold)
        let ledger = try fold.finished(beginning: 0)
        #expect(ledger.active.map(\.state) == [.sending, .waiting])
        #expect(ledger.closed.count == 1 && ledger.highestOffset == 10 && ledger.recordedOffset == 10)
    }

    @Test func aTombstoneForgetsTheID() throws {
        var fold = LedgerFold()
        var entry = LedgerEntry.sample(id: "t-0-7")
        _ = entry.expire("late", at: 50)
        try add(entry, to: &fold)
        try entry.echo.id.withUnsafeBytes { try fold.add(key: $0, value: nil, at: 0) }
        let ledger = try fold.finished(beginning: 0)
        #expect(ledger.closed.count == 0)
        #expect(ledger.isUsed, "that it was used stays known by the offset")
    }

    @Test func aTimelessIDIsKnownByItsAliasTooAndForgottenWithIt() throws {
        var fold = LedgerFold()
        for record in EarlierLedger.records {
            try record.key.withUnsafeBytes { key in try record.value.withUnsafeBytes { try fold.add(key: key, value: $0, at: 0) } }
        }
        var ledger = try fold.finished(beginning: 0)
        func alias(_ offset: Int64) -> RequestHash {
            RequestHash(
                id: RecordPosition(topic: "t", partition: 0, offset: offset).generatedID(timestamp: EarlierLedger.timestamp(offset)))
        }
        #expect(ledger.closed.count == 1 && ledger.closed.closedSecond(RequestHash(id: Array("t-0-0"))) != nil)
        let closedAt = try #require(ledger.aliases.closedSecond(alias(0)))
        #expect(ledger.tracked.map(\.hash) == [RequestHash(id: Array("t-0-1"))])
        #expect(ledger.active.map(\.echo.id.text) == ["t-0-2", "t-0-3"] && ledger.active.map(\.alias) == [alias(2), alias(3)])
        for open in 1...3 { #expect(ledger.aliases.closedSecond(alias(Int64(open))) == .max) }
        #expect(ledger.aliases.count == 4 && closedAt < .max)
        try Array("t-0-0").withUnsafeBytes { try fold.add(key: $0, value: nil, at: 0) }
        ledger = try fold.finished(beginning: 0)
        #expect(ledger.closed.count == 0 && ledger.aliases.closedSecond(alias(0)) == nil && ledger.aliases.count == 3)
    }

    /// An operator's repair sets the recorded offset lower; entries before it must not raise it again.
    @Test func theRecordedOffsetCoversWhatStandsBeforeIt() throws {
        var fold = LedgerFold()
        try add(.sample(id: "a", offset: 19), to: &fold)
        var bytes: [UInt8] = []
        LedgerCodec.encode(LedgerCodec.Recorded(group: "g", offset: 0), into: &bytes)
        try bytes.withUnsafeBytes { try fold.add(key: UnsafeRawBufferPointer(start: $0.baseAddress, count: 0), value: $0, at: 0) }
        #expect(try fold.finished(beginning: 0).recordedOffset == 0)
        try add(.sample(id: "b", offset: 3), to: &fold)
        #expect(try fold.finished(beginning: 0).recordedOffset == 4)
    }

    /// As in a compacted topic, where nothing is left of it: what stands before it counts again.
    @Test func aRecordedOffsetThatIsTakenOutIsAsIfItHadNeverBeen() throws {
        var fold = LedgerFold()
        try add(.sample(id: "a", offset: 19), to: &fold)
        var bytes: [UInt8] = []
        LedgerCodec.encode(LedgerCodec.Recorded(group: "other", offset: 0), into: &bytes)
        let empty: [UInt8] = []
        try empty.withUnsafeBytes { key in try bytes.withUnsafeBytes { try fold.add(key: key, value: $0, at: 41) } }
        #expect(try fold.finished(beginning: 0).recordedAt == 41)
        try empty.withUnsafeBytes { try fold.add(key: $0, value: nil, at: 42) }
        let ledger = try fold.finished(beginning: 0)
        #expect(ledger.recorded == nil && ledger.recordedAt == nil && ledger.recordedOffset == 20)
    }

    @Test func aForeignRecordIsAnErrorUntilAnotherOneOfItsKeyComes() throws {
        var fold = LedgerFold()
        try add(.sample(id: "good", offset: 3), to: &fold)
        let bad = Array("bad".utf8)
        for (offset, value) in [(Int64(5), [UInt8]([1, 2])), (6, [9, 1, 1])] {
            try bad.withUnsafeBytes { key in try value.withUnsafeBytes { try fold.add(key: key, value: $0, at: offset) } }
            #expect { try fold.finished(beginning: 0) } throws: {
                ($0 as? LedgerDamage)?.offset == offset
            }
        }
        try bad.withUnsafeBytes { try fold.add(key: $0, value: nil, at: 7) }
        let ledger = try fold.finished(beginning: 0)
        #expect(ledger.active.count == 1 && ledger.closed.count == 0 && ledger.recordedOffset == 4)
        #expect(throws: LedgerError.self) { try fold.add(key: nil, value: nil, at: 8) }
    }

    @Test func anEntryUnderAnotherKeyIsAnError() throws {
        for (key, isGood) in [("ord-1", true), ("ord-2", false), ("ord-11", false), ("ord", false)] {
            var fold = LedgerFold()
            var bytes: [UInt8] = []
            LedgerCodec.encode(.sample(id: "ord-1"), into: &bytes)
            try bytes.withUnsafeBytes { value in try Array(key.utf8).withUnsafeBytes { try fold.add(key: $0, value: value, at: 41) } }
            #expect(((try? fold.finished(beginning: 0)) != nil) == isGood, "\(key)")
        }
    }

    @Test func aClosingOfTheFutureIsOneOfNowAndOneOfAFarFutureIsAnError() throws {
        let now: Int64 = 1_900_000_000_000
        func closed(at time: Int64) throws -> [Int64]? {
            var fold = LedgerFold()
            var entry = LedgerEntry.sample()
            _ = entry.expire("late", at: time)
            try add(entry, to: &fold)
            let index = try? fold.finished(beginning: 0, now: now).closed
            return index.map { $0.closedSecond(RequestHash(id: entry.echo.id)).map { [Int64($0) * 1_000] } ?? [] }
        }
        #expect(try closed(at: now - 5_000) == [now - 5_000])
        #expect(try closed(at: now + 3_600_000) == [now])
        #expect(try closed(at: now + LedgerFold.closingHorizon + 1) == nil)
    }

    /// Its head is good, what follows is not: it is told apart at the end alone, and named all the same.
    @Test func anOpenEntryThatIsCutOffNamesItsPlace() throws {
        var fold = LedgerFold()
        var bytes: [UInt8] = []
        LedgerCodec.encode(.sample(), into: &bytes)
        bytes.removeLast()
        try bytes.withUnsafeBytes { value in try [7].withUnsafeBytes { try fold.add(key: $0, value: value, at: 41) } }
        #expect { try fold.finished(beginning: 0) } throws: { ($0 as? LedgerDamage)?.offset == 41 }
    }
}
