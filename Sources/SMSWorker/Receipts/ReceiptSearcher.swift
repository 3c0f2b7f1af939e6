internal import EventLoop
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import Synchronization

/// Looks through the log of receipts for those of some ids. Blocks.
///
/// `@unchecked Sendable`: used on the search's thread alone; `isCancelled` is asked there and set elsewhere.
final class ReceiptSearcher: @unchecked Sendable {
    private static let questionTimeout = Duration.seconds(10)
    private static let stall = Duration.seconds(30)

    let isCancelled = Atomic<Bool>(false)
    private let partition: TopicPartition
    private let identity: MessageIdentity
    private var make: () throws(KafkaError) -> PartitionReader
    private var reader: PartitionReader?

    init(_ partition: TopicPartition, _ identity: MessageIdentity, make: @escaping @Sendable () throws(KafkaError) -> PartitionReader) {
        self.partition = partition
        self.identity = identity
        self.make = make
    }

    func find(_ search: ReceiptSearch) -> Result<ReceiptFindings, BrokerError> {
        do throws(KafkaError) {
            return .success(try find(search, try open()))
        } catch {
            reader = nil
            return .failure(BrokerError(error))
        }
    }

    private func open() throws(KafkaError) -> PartitionReader {
        if let reader { return reader }
        let reader = try make()
        self.reader = reader
        return reader
    }

    /// The next reader is made by this.
    func use(_ make: @escaping @Sendable () throws(KafkaError) -> PartitionReader) {
        self.make = make
        reader = nil
    }

    func drop() { reader = nil }

    private func find(_ search: ReceiptSearch, _ reader: PartitionReader) throws(KafkaError) -> ReceiptFindings {
        let (low, high) = try reader.uncommittedWatermarks(partition, timeout: Self.questionTimeout)
        var isSame = try isSameLog(search.from, low, high, reader)
        for known in search.known where isSame { isSame = try isSameLog(known, low, high, reader) }
        let beganAt = low < high ? try timestamp(of: low, reader) ?? -1 : -1
        let start = isSame ? search.from.next : 0
        let end = min(search.end, high)
        var receipts: [Receipt] = []
        var count = 0
        guard max(start, low) < end, !search.ids.isEmpty else {
            return ReceiptFindings(
                receipts: [], lost: max(0, min(low, search.end) - start), readCount: 0, isAnotherLog: !isSame, beganAt: beganAt)
        }
        let (identity, ids) = (identity, search.ids)
        try read(reader, from: max(start, low), through: end) { record in
            let number = record.offset
            guard number < end else { return false }
            count += 1
            record.withValue { value in
                // What is none was said where it was read first.
                guard let fields = try? ReceiptFields(value), identity.mayMean(ids, fields), let record = try? ReceiptRecord(value) else {
                    return
                }
                let receipt = record.receipt(number: number, identity)
                if !ids.isDisjoint(with: receipt.ids) { receipts.append(receipt) }
            }
            return number + 1 < end
        }
        return ReceiptFindings(
            receipts: receipts, lost: max(0, min(low, search.end) - start), readCount: count, isAnotherLog: !isSame, beganAt: beganAt)
    }

    /// Whether the log is the one that the position was noted in. Where retention has taken the record that would tell, it is believed.
    private func isSameLog(_ from: ReceiptPosition, _ low: Int64, _ high: Int64, _ reader: PartitionReader) throws(KafkaError) -> Bool {
        guard from.next <= high else { return false }
        guard from.timestamp >= 0, from.next > low else { return true }
        return try timestamp(of: from.next - 1, reader) == from.timestamp
    }

    /// Nil where no record stands there.
    private func timestamp(of number: Int64, _ reader: PartitionReader) throws(KafkaError) -> Int64? {
        var timestamp: Int64?
        try read(reader, from: number, through: number + 1) { record in
            if record.offset == number { timestamp = record.timestamp }
            return false
        }
        return timestamp
    }

    private func read(
        _ reader: PartitionReader, from start: Int64, through end: Int64, _ body: (borrowing Record) -> Bool
    ) throws(KafkaError) {
        let isCancelled = { self.isCancelled.load(ordering: .relaxed) }
        _ = try reader.readRecords(partition, from: start, through: end, stall: Self.stall, isCancelled: isCancelled, body)
    }
}
