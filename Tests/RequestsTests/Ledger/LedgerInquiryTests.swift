import PipelineSupport
import Testing

@testable import Requests

@Suite struct LedgerInquiryTests {
    private func add(_ entry: LedgerEntry, at time: Int64, to inquiry: inout LedgerInquiry) throws {
        var bytes: [UInt8] = []
        LedgerCodec.encode(entry, into: &bytes)
        bytes.withUnsafeBytes { value in
            entry.echo.id.withUnsafeBytes { inquiry.add(key: $0, value: value, timestamp: time, at: time) }
        }
    }

    private func held(_ id: String, offset: Int64) -> LedgerEntry {
        var entry = LedgerEntry.sample(id: id, offset: offset)
        entry.begin(mark: 1)
        _ = entry.unknown("so", default: .hold, maxAttempts: 3, notBefore: 0, at: 5)
        return entry
    }

    @Test func onlyWhatIsHeldAtTheEndIsListedInLogOrder() throws {
        var inquiry = LedgerInquiry(.open([.held]), now: 0)
        try add(held("b", offset: 9), at: 100, to: &inquiry)
        try add(held("a", offset: 3), at: 200, to: &inquiry)
        try add(LedgerEntry.sample(id: "c", offset: 4), at: 300, to: &inquiry)
        var resolved = held("d", offset: 5)
        try add(resolved, at: 400, to: &inquiry)
        resolved.resolveResend(at: 0)
        try add(resolved, at: 500, to: &inquiry)
        try add(held("e", offset: 6), at: 600, to: &inquiry)
        Array("e".utf8).withUnsafeBytes { inquiry.add(key: $0, value: nil, timestamp: 700, at: 700) }
        #expect(inquiry.answers.map(\.offset) == [3, 9])
        #expect(inquiry.answers.map(\.writtenAt) == [200, 100])
        #expect(inquiry.answers.allSatisfy { $0.entry?.state == .held && $0.entry?.attempt == 1 })
    }

    @Test func oneRequestIsSeenInEveryState() throws {
        var inquiry = LedgerInquiry(.request(id: Array("a".utf8)), now: 0)
        #expect(inquiry.answers.isEmpty)
        try add(held("b", offset: 1), at: 1, to: &inquiry)
        #expect(inquiry.answers.isEmpty)
        var entry = held("a", offset: 7)
        try add(entry, at: 2, to: &inquiry)
        #expect(inquiry.answers.first?.entry == entry)
        _ = entry.resolveFailed(at: 9)
        try add(entry, at: 3, to: &inquiry)
        #expect(inquiry.answers == [LedgerInquiry.Answer(entry: nil, offset: 7, writtenAt: 3)])
    }

    @Test func requestsAreListedByState() throws {
        for (states, offsets) in [
            ([LedgerEntry.State.waiting], [4]), ([.held], [3]), ([.waiting, .sending, .tracking, .held], [3, 4]), ([], []),
        ] as [([LedgerEntry.State], [Int64])] {
            var inquiry = LedgerInquiry(.open(states), now: 0)
            try add(held("a", offset: 3), at: 1, to: &inquiry)
            try add(LedgerEntry.sample(id: "b", offset: 4), at: 2, to: &inquiry)
            var closed = held("c", offset: 5)
            _ = closed.resolveFailed(at: 9)
            try add(closed, at: 3, to: &inquiry)
            #expect(inquiry.answers.map(\.offset) == offsets, "\(states)")
        }
    }

    @Test func idsAreKnownInEveryState() throws {
        var inquiry = LedgerInquiry(.requests(ids: [Array("a".utf8), Array("b".utf8), Array("c".utf8), Array("d".utf8), [9]]), now: 0)
        var closed = held("a", offset: 3)
        _ = closed.resolveFailed(at: 9)
        try add(closed, at: 1, to: &inquiry)
        try add(held("b", offset: 4), at: 2, to: &inquiry)
        try add(held("other", offset: 5), at: 3, to: &inquiry)
        try add(held("d", offset: 6), at: 4, to: &inquiry)
        Array("d".utf8).withUnsafeBytes { inquiry.add(key: $0, value: nil, timestamp: 5, at: 5) }
        [UInt8]([9]).withUnsafeBytes { inquiry.add(key: $0, value: $0, timestamp: 6, at: 6) }
        #expect(inquiry.knownIDs == [Array("a".utf8), Array("b".utf8), [9]], "what was forgotten is new, what cannot be read is not")
    }

    @Test func aForeignRecordIsToldAndTheOthersAreAnswered() throws {
        var inquiry = LedgerInquiry(.open([.held]), now: 0)
        [UInt8]([1, 2]).withUnsafeBytes { inquiry.add(key: $0, value: $0, timestamp: 0, at: 4) }
        inquiry.add(key: nil, value: nil, timestamp: 0, at: 5)
        try add(held("a", offset: 9), at: 100, to: &inquiry)
        #expect(inquiry.answers.map(\.offset) == [9])
        #expect(inquiry.damaged.damages == [DamagedRecords.Damage(key: [1, 2], offset: 4, error: .malformed)])
        [UInt8]([1, 2]).withUnsafeBytes { inquiry.add(key: $0, value: nil, timestamp: 0, at: 6) }
        #expect(inquiry.damaged.damages.isEmpty)
    }

    @Test func anotherRequestsDamageIsNoMatterOfThisOne() throws {
        var inquiry = LedgerInquiry(.request(id: Array("a".utf8)), now: 0)
        [UInt8]([1, 2]).withUnsafeBytes { inquiry.add(key: $0, value: $0, timestamp: 0, at: 4) }
        #expect(inquiry.damaged.damages.isEmpty)
        Array("a".utf8).withUnsafeBytes { inquiry.add(key: $0, value: $0, timestamp: 0, at: 5) }
        #expect(inquiry.damaged.damages.map(\.offset) == [5] && inquiry.answers.isEmpty)
    }
}
