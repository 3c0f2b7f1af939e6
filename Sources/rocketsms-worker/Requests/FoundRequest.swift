internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// A request as a ledger knows it.
struct FoundRequest: Sendable {
    /// Of its record.
    let place: TopicPartition
    let answer: LedgerInquiry.Answer

    var position: RecordPosition { RecordPosition(topic: place.topic, partition: place.partition, offset: answer.offset) }

    /// Of a message in parts (SMPP).
    var hasUnsentParts: Bool { answer.entry?.submission?.parts.contains { $0.state == .unsent } ?? false }
}
