/// What the producers may write, in bytes: a broker refuses what is larger than its topic takes, and refuses it again for ever.
///
/// A broker measures whole batches. librdkafka fills them, whatever their topic, up to `batch.size` before it compresses them; only a
/// record that is larger by itself goes alone, up to `message.max.bytes`.
package struct ProducerLimits: Equatable, Sendable {
    /// The largest record that every ledger and the dead-letter topic take.
    package let message: Int
    /// What every topic takes of a batch of records.
    package let batch: Int

    package init(message: Int, batch: Int) {
        self.message = message
        self.batch = batch
    }

    /// librdkafka's own default.
    private static let usualBatch = 1_000_000

    /// Goes behind the operator's own properties. A sixteenth of a batch is left to its head, and to a compression that only adds.
    func properties(beside own: KafkaProperties) -> [(key: String, value: String)] {
        // The operator's `message.max.bytes` may only widen the limit.
        let ownMessage = own["message.max.bytes"].flatMap { Int($0) } ?? 0
        let ownBatch = own["batch.size"].flatMap { Int($0) } ?? Self.usualBatch
        return [
            (key: "message.max.bytes", value: "\(min(1_000_000_000, max(message, ownMessage)))"),
            (key: "batch.size", value: "\(max(1, min(ownBatch, batch - batch / 16)))"),
        ]
    }
}
