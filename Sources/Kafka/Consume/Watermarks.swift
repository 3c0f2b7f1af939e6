internal import CLibrdkafka

/// The ends of a partition's log, asked of its leader.
enum Watermarks {
    static func query(_ client: OpaquePointer, _ partition: TopicPartition, _ timeout: Duration) throws(KafkaError)
        -> (low: Int64, high: Int64)
    {
        var low: Int64 = 0
        var high: Int64 = 0
        try check(
            rd_kafka_query_watermark_offsets(client, partition.topic, partition.partition, &low, &high, timeout.rdkafkaMilliseconds),
            partition.description)
        return (low, high)
    }

    /// The end as the last fetch said; nil: there was none. Asks nobody.
    static func known(_ client: OpaquePointer, _ partition: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = -1
        let code = rd_kafka_get_watermark_offsets(client, partition.topic, partition.partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }
}
