import PipelineSupport
import TestSupport
import Testing

@testable import Requests

@Suite struct LedgerCodecTests {
    @Test func fieldsAreReadInPlace() {
        var entry = LedgerEntry.sample(id: "abc")
        entry.begin(mark: 1)
        _ = entry.accept(Acceptance(messageIDs: ["8767", "8768"], status: .known(.sent), cost: nil), at: 5)
        var bytes: [UInt8] = []
        LedgerCodec.encode(entry, into: &bytes)
        #expect(LedgerCodec.id(bytes) == Array("abc".utf8))
        #expect(LedgerCodec.firstMessageID(bytes) == "8767")
        #expect(LedgerCodec.isUnchanged(bytes, status: .sent))
        #expect(!LedgerCodec.isUnchanged(bytes, status: .delivered))
        _ = entry.learn(.other("ODD"), at: 6)
        bytes = []
        LedgerCodec.encode(entry, into: &bytes)
        #expect(!LedgerCodec.isUnchanged(bytes, status: .sent), "back from an odd status is a change")
        #expect(LedgerCodec.firstMessageID(bytes) == "8767")
    }

    /// Byte 5, which an earlier version wrote as 0.
    @Test func partsComeBack() throws {
        var entry = LedgerEntry.sample()
        entry.echo.parts = 7
        var bytes: [UInt8] = []
        LedgerCodec.encode(entry, into: &bytes)
        #expect(try bytes.withUnsafeBytes { try LedgerCodec.decode($0) } == .open(entry))
        #expect(bytes[5] == 7)
    }

    @Test func aClosedIDTakesFewBytes() throws {
        var entry = LedgerEntry.sample()
        _ = entry.expire("late", at: 99)
        var bytes: [UInt8] = []
        LedgerCodec.encode(entry, into: &bytes)
        #expect(bytes.count <= 64)
        let decoded = try bytes.withUnsafeBytes { try LedgerCodec.decode($0) }
        #expect(decoded == .closed(LedgerCodec.Closed(offset: 7, timestamp: 1_000, closedAt: 99, hasTimelessID: false)))
    }

    /// Whatever stands in the topic, decoding ends in a value or an error.
    @Test func damagedBytesAreAnErrorOrAValue() {
        var entry = LedgerEntry.sample()
        entry.begin(mark: 3)
        var good: [UInt8] = []
        LedgerCodec.encode(entry, into: &good)
        var random = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            var bytes = good
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
            case 1: bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            default: bytes.append(0)
            }
            bytes.withUnsafeBytes {
                _ = try? LedgerCodec.decode($0)
                _ = try? LedgerCodec.head($0)
                _ = try? LedgerCodec.decodeRecorded($0)
            }
        }
        #expect(throws: LedgerError.unknownVersion(9)) { try [9, 1, 1].withUnsafeBytes { try LedgerCodec.decode($0) } }
    }

    @Test func theRecordedOffsetComesBack() throws {
        var bytes: [UInt8] = []
        LedgerCodec.encode(LedgerCodec.Recorded(group: "g", offset: 41), into: &bytes)
        #expect(try bytes.withUnsafeBytes { try LedgerCodec.decodeRecorded($0) } == LedgerCodec.Recorded(group: "g", offset: 41))
        let stood = (0..<8).map { LedgerCodec.Standstill(begin: $0 * 10, end: $0 * 10 + 5) }
        let recorded = LedgerCodec.Recorded(group: "g", offset: 41, standstills: stood)
        var longer: [UInt8] = []
        LedgerCodec.encode(recorded, into: &longer)
        #expect(longer.count == bytes.count + 128)
        #expect(try longer.withUnsafeBytes { try LedgerCodec.decodeRecorded($0) } == recorded)
        // One more, half of one, and one that begins before the last has ended.
        for wrong in [longer + longer.suffix(16), longer.dropLast(8), bytes + longer.suffix(16) + longer.suffix(16)] {
            #expect(throws: LedgerError.self) { try Array(wrong).withUnsafeBytes { try LedgerCodec.decodeRecorded($0) } }
        }
    }

    @Test func appliedReceiptsComeBackAndMakeItFormat2() throws {
        let stood = [LedgerCodec.Standstill(begin: 3, end: 8)]
        for position in [ReceiptPosition(next: 0, timestamp: -1), ReceiptPosition(next: .max, timestamp: 1_800_000_000_000)] {
            let recorded = LedgerCodec.Recorded(
                group: "g", offset: 41, standstills: stood, receipts: LedgerCodec.AppliedReceipts(fingerprint: 7, position: position))
            var bytes: [UInt8] = []
            LedgerCodec.encode(recorded, into: &bytes)
            #expect(bytes.first == 2, "a worker that does not know it keeps the partition closed")
            #expect(try bytes.withUnsafeBytes { try LedgerCodec.decodeRecorded($0) } == recorded)
        }
        var negative: [UInt8] = []
        let wrong = LedgerCodec.AppliedReceipts(fingerprint: 7, position: ReceiptPosition(next: -1, timestamp: 0))
        LedgerCodec.encode(LedgerCodec.Recorded(group: "g", offset: 41, receipts: wrong), into: &negative)
        #expect(throws: LedgerError.malformed) { try negative.withUnsafeBytes { try LedgerCodec.decodeRecorded($0) } }
    }
}
