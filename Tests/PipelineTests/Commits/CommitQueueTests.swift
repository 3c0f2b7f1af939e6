import PipelineSupport
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline

@Suite struct CommitQueueTests {
    private let now = MonotonicInstant(nanoseconds: 1)

    private func assignment(_ number: UInt64, partition: Int32 = 0) -> Assignment {
        Assignment(
            id: AssignmentID(value: number), topic: RequestTopic(name: "r", ledgerName: "r.ledger", isPriority: false),
            partition: partition,
            at: MonotonicInstant(nanoseconds: 0))
    }

    private func value(_ record: TransactionContent.Record, _ content: TransactionContent) -> [UInt8]? {
        record.value.map { Array(content.bytes[$0]) }
    }

    @Test func recordsOfAnOperationStayTogetherAndInOrder() {
        var queue = CommitQueue()
        let owner = assignment(1)
        queue.append(owner, at: now, advance: 5) { operation in
            var headers = RecordHeaders()
            headers.append("ce_id", "x")
            operation.record(.ledger, key: [1]) { $0.append(contentsOf: [7, 8]) }
            operation.record(.status, key: nil, headers: headers) { $0.append(9) }
        }
        queue.append(owner, at: now) { $0.tombstone(key: [2]) }
        let (batch, dropped) = queue.takeFirst()
        #expect(dropped.isEmpty && queue.isEmpty)
        guard let batch else {
            Issue.record("there is a batch")
            return
        }
        #expect(batch.content.records.map(\.destination) == [.ledger, .status, .ledger])
        #expect(value(batch.content.records[0], batch.content) == [7, 8])
        #expect(batch.content.records[1].key == nil)
        #expect(batch.content.records[2].value == nil && batch.hasTombstone)
        #expect(batch.content.owners.map(\.offset) == [5])
        #expect(owner.pendingOperations == 2)
        var names: [String] = []
        batch.content.bytes.withUnsafeBytes { bytes in
            HeaderList.withEach(UnsafeRawBufferPointer(rebasing: bytes[batch.content.records[1].headers])) { name, value in
                names.append(
                    String(decoding: name, as: UTF8.self) + "="
                        + String(decoding: value ?? UnsafeRawBufferPointer(start: nil, count: 0), as: UTF8.self))
            }
        }
        #expect(names == ["ce_id=x"])
    }

    /// What was put back after an abort must not wait for company that may never come.
    @Test func offsetsAloneAreDueAtOnceAfterAnAbort() {
        var queue = CommitQueue()
        queue.append(assignment(1), at: now, advance: 5) { _ in }
        #expect(queue.offsetsSince == now)
        let (batch, _) = queue.takeFirst()
        if let batch { queue.putBack(batch) }
        #expect(!queue.isEmpty && !queue.hasRecords && queue.offsetsSince == nil)
    }

    @Test func aBatchKnowsItsHighestEntry() {
        var queue = CommitQueue()
        let owner = assignment(1)
        queue.append(owner, at: now, entry: 90, advance: 6) { $0.record(.ledger, key: [1]) { $0.append(1) } }
        queue.append(owner, at: now, entry: 5, advance: 7) { $0.record(.ledger, key: [2]) { $0.append(1) } }
        #expect(queue.batches[0].content.owners.map(\.highestEntry) == [90])
    }

    @Test func aBatchOfEndedAssignmentsIsDroppedAndOthersAreNot() {
        var queue = CommitQueue()
        let ended = assignment(1)
        let living = assignment(2, partition: 1)
        queue.append(ended, at: now) { $0.record(.ledger, key: [1]) { $0.append(1) } }
        ended.end()
        for index in 0..<CommitQueue.recordLimit + 1 {
            queue.append(ended, at: now) { $0.record(.ledger, key: [UInt8(truncatingIfNeeded: index)]) { $0.append(1) } }
        }
        queue.append(living, at: now) { $0.record(.ledger, key: [2]) { $0.append(2) } }
        let (batch, dropped) = queue.takeFirst()
        #expect(dropped.count == 1, "a full batch of an ended assignment alone")
        #expect(batch?.owners.contains { $0 === living } == true)
    }

    /// The offset of a batch covers only records whose operation is in it or in an earlier one, through aborts too.
    @Test func offsetsNeverRunAhead() {
        let failure = RandomSchedules.firstFailure(of: 10_000) { random -> String? in
            var queue = CommitQueue()
            let owners = (0..<3).map { assignment(UInt64($0 + 1), partition: Int32($0)) }
            var next = [Int64](repeating: 0, count: 3)
            var committed = [Int64](repeating: 0, count: 3)
            var entered = [Int64](repeating: 0, count: 3)
            for _ in 0..<60 {
                let index = random.below(3)
                switch random.below(4) {
                case 0, 1:
                    next[index] += 1
                    let offset = next[index]
                    queue.append(owners[index], at: now, advance: offset) { operation in
                        operation.record(.ledger, key: [UInt8(index)]) { $0.append(UInt8(truncatingIfNeeded: offset)) }
                    }
                case 2:
                    let (batch, _) = queue.takeFirst()
                    guard let batch else { continue }
                    if random.oneIn(3) {
                        queue.putBack(batch)
                        continue
                    }
                    for record in batch.content.records {
                        let owner = Int(batch.content.owners[Int(record.owner)].partition)
                        entered[owner] += 1
                    }
                    for owner in batch.content.owners where owner.offset >= 0 {
                        let partition = Int(owner.partition)
                        committed[partition] = max(committed[partition], owner.offset)
                        if committed[partition] > entered[partition] { return "an offset covers a record that is in no transaction" }
                    }
                default: queue.append(owners[index], at: now) { _ in }
                }
            }
            return nil
        }
        #expect(failure == nil, "\(failure ?? "")")
    }
}
