import Time

@testable import Requests
@testable import SMSPipeline

extension Assignment {
    /// Where dedup does not matter.
    convenience init(id: AssignmentID, topic: RequestTopic, partition: Int32, at now: MonotonicInstant) {
        let dedup = Dedup(window: .seconds(86_400), maxEntries: 1_000_000)
        self.init(id: id, topic: topic, partition: partition, dedup: dedup, at: now)
    }
}
