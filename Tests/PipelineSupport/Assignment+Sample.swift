internal import Requests
package import SMSPipeline
package import Time

extension Assignment {
    /// Where dedup does not matter.
    package convenience init(id: AssignmentID, topic: RequestTopic, partition: Int32, at now: MonotonicInstant) {
        let dedup = Dedup(window: .seconds(86_400), maxEntries: 1_000_000)
        self.init(id: id, topic: topic, partition: partition, dedup: dedup, at: now)
    }

    /// An open one of the topic `r`, or of the priority topic `p`.
    package static func sample(_ partition: Int32 = 0, isPriority: Bool = false, id: UInt64? = nil) -> Assignment {
        let name = isPriority ? "p" : "r"
        let topic = RequestTopic(name: name, ledgerName: "\(name).ledger", isPriority: isPriority)
        let made = Assignment(
            id: AssignmentID(value: id ?? UInt64(partition) + (isPriority ? 1_001 : 1)), topic: topic, partition: partition,
            at: MonotonicInstant(nanoseconds: 0))
        made.phase = .open
        return made
    }
}
