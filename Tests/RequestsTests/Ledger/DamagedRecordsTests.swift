import PipelineSupport
import TestSupport
import Testing

@testable import Requests

/// What keeps a partition closed is what `ledger forget` finds, and nothing else: else there would be no way out.
@Suite struct DamagedRecordsTests {
    private static let now = ForeignEntry.now

    private struct Record {
        let key: [UInt8]
        let value: [UInt8]?
    }

    private func draw(_ random: inout SeededGenerator) -> Record {
        let key = Array("id-\(random.below(4))".utf8)
        switch random.below(9) {
        case 0: return Record(key: key, value: nil)
        case 1: return Record(key: key, value: [1, 5, 0])
        case 2: return Record(key: [], value: [9, 1, 2])
        case 3: return Record(key: [], value: nil)
        case 4:
            var value: [UInt8] = []
            LedgerCodec.encode(LedgerCodec.Recorded(group: random.oneIn(2) ? "g" : "x", offset: 4), into: &value)
            return Record(key: [], value: value)
        default:
            let entry = ForeignEntry.draw(&random)
            return Record(key: entry.echo.id, value: LedgerCodec.bytes(of: entry))
        }
    }

    /// - Returns: whether the worker of the group `g` keeps the partition closed for a record, and the records that the command finds.
    private func judge(_ records: [Record]) -> (isClosed: Bool, damages: [DamagedRecords.Damage]) {
        var fold = LedgerFold()
        var damaged = DamagedRecords(now: Self.now, group: "g")
        for (offset, record) in records.enumerated() {
            record.key.withUnsafeBytes { key in
                (record.value ?? []).withUnsafeBytes { bytes in
                    let value = record.value == nil ? nil : bytes
                    try? fold.add(key: key, value: value, at: Int64(offset))
                    damaged.add(key: key, value: value, at: Int64(offset))
                }
            }
        }
        let ledger = try? fold.finished(beginning: 0, now: Self.now)
        return (ledger.map { $0.recorded.map { $0.group != "g" } ?? false } ?? true, damaged.damages)
    }

    @Test func whateverClosesAPartitionIsFoundAndTakenOutItOpens() {
        var closed = 0
        let failure = RandomSchedules.firstFailure(of: 5_000) { random in
            var records = (0..<random.below(7)).map { _ in draw(&random) }
            let before = judge(records)
            guard before.isClosed != before.damages.isEmpty else { return "closed: \(before.isClosed), found: \(before.damages)" }
            closed += before.isClosed ? 1 : 0
            for damage in before.damages { records.append(Record(key: damage.key, value: nil)) }
            return judge(records).isClosed ? "it stays closed without \(before.damages)" : nil
        }
        #expect(failure == nil && closed > 500)
    }

    /// A closing of the year 9999.
    @Test func aClosingOfAFarFutureIsFound() {
        var value: [UInt8] = [1, 5, 0, 0] + Array(repeating: 0, count: 16)
        withUnsafeBytes(of: Int64(253_402_300_799_999).littleEndian) { value += $0 }
        let judged = judge([Record(key: Array("x".utf8), value: value)])
        #expect(judged.isClosed && judged.damages.map(\.offset) == [0])
    }

    @Test func anotherGroupsNameIsFoundWhereItIsAskedFor() {
        let value: [UInt8] = [1] + Array(repeating: 0, count: 8) + [1, 0, 0x78]
        let judged = judge([Record(key: [], value: value)])
        #expect(judged.isClosed && judged.damages == [DamagedRecords.Damage(key: [], offset: 0, error: .otherGroup)])
        var anybodys = DamagedRecords(now: Self.now)
        value.withUnsafeBytes { value in anybodys.add(key: UnsafeRawBufferPointer(rebasing: value[..<0]), value: value, at: 0) }
        #expect(anybodys.damages.isEmpty)
    }
}
