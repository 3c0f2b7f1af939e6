internal import Requests
internal import SMSPipeline

/// Where a request's record stands, small: its topic by a number.
struct AuditPlace: Hashable, Comparable, Sendable {
    let topic: Int32
    let partition: Int32
    let offset: Int64

    static func < (a: Self, b: Self) -> Bool { (a.topic, a.partition, a.offset) < (b.topic, b.partition, b.offset) }
}
