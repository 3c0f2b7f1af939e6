internal import EventLoop
internal import Kafka

/// Reads what is known of one partition, in the order that the protocol needs. Blocks.
struct LedgerReading {
    let reader: PartitionReader
    /// Of one question to a broker.
    let timeout: Duration
    /// The read ends with an error after so long without a record: more than an open transaction of a predecessor may last.
    let stall: Duration

    /// - Parameter committed: asks for the group's stable offset.
    func read(
        requests: TopicPartition, ledger: String, isCancelled: () -> Bool,
        committed: (TopicPartition) throws(KafkaError) -> Int64?
    ) throws(RestoreError) -> PartitionRestore {
        let start = MonotonicInstant.now
        let records = TopicPartition(topic: ledger, partition: requests.partition)
        // 1. The committed offset, stable: waits out a predecessor that has already sent its offsets. 2. Only then the watermark above
        // open transactions: offsets may be accepted while their records are still on the way to the ledger.
        let offset = try kafka { () throws(KafkaError) in try committed(requests) }
        let marks = try kafka { () throws(KafkaError) in try reader.uncommittedWatermarks(records, timeout: timeout) }
        var fold = LedgerFold()
        var damage: RestoreError?
        _ = try kafka { () throws(KafkaError) in
            let add = { (offset: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) -> Bool in
                do throws(LedgerError) { try fold.add(key: key, value: value, at: offset) } catch {
                    damage = .ledger(error, offset: offset)
                }
                return damage == nil
            }
            return try reader.read(records, from: marks.low, through: marks.high, stall: stall, isCancelled: isCancelled, add)
        }
        if let damage { throw damage }
        // Not on a consumer's own handle: a question there waits behind its fetch, half a second on an idle topic.
        let log = try kafka { () throws(KafkaError) in try reader.uncommittedWatermarks(requests, timeout: timeout) }
        return PartitionRestore(
            ledger: try fold.finished(beginning: marks.low), committed: offset, low: log.low, high: log.high,
            duration: MonotonicInstant.now - start)
    }

    private func kafka<Result>(_ body: () throws(KafkaError) -> Result) throws(RestoreError) -> Result {
        do throws(KafkaError) { return try body() } catch { throw .kafka(error) }
    }
}
