internal import EventLoop
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import Time

/// Reads what is known of one partition, by `RestoreSteps`. Blocks.
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
        var steps = RestoreSteps()
        while true {
            switch steps.call {
            case .committedOffset:
                steps.committedOffset(try kafka { () throws(KafkaError) in try committed(requests) })
            case .ledgerEnds:
                let ends = try kafka { () throws(KafkaError) in try reader.uncommittedWatermarks(records, timeout: timeout) }
                steps.ledgerEnds(low: ends.low, high: ends.high)
            case .readLedger(let low, let high):
                var damage: RestoreError?
                _ = try kafka { () throws(KafkaError) in
                    let add = { (offset: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) -> Bool in
                        do throws(RestoreError) { try steps.record(offset: offset, key: key, value: value) } catch { damage = error }
                        return damage == nil
                    }
                    return try reader.read(
                        records, from: low, through: high, evenIfEmpty: true, stall: stall, isCancelled: isCancelled, add)
                }
                if let damage { throw damage }
                try steps.hasReadLedger(at: WallTime.now.milliseconds)
            case .requestEnds:
                // Not on a consumer's own handle: a question there waits behind its fetch, half a second on an idle topic.
                let ends = try kafka { () throws(KafkaError) in try reader.uncommittedWatermarks(requests, timeout: timeout) }
                return steps.finished(low: ends.low, high: ends.high, in: .now - start)
            }
        }
    }

    private func kafka<Result>(_ body: () throws(KafkaError) -> Result) throws(RestoreError) -> Result {
        do throws(KafkaError) { return try body() } catch { throw .kafka(BrokerError(error)) }
    }
}
