package import Requests
package import Time

/// A piece of a sampled request's way that has ended: what it was, when, and below what in its trace. Nothing is decided by it, and it holds
/// no phone, text or id.
package struct TraceSpan: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// From the record to its first event, committed.
        case process(PartitionKey, offset: Int64, MessageStatus, code: String?)
        /// A POST, or the parts that an attempt submits, from its slot to the provider's last answer or none.
        /// - Parameter resends: attempts before it.
        case attempt(AttemptOutcome, resends: Int)
        /// A status event, from its decision to its commit.
        case event(MessageStatus)
    }

    package let context: TraceContext
    package let id: UInt64
    package let parent: UInt64
    package let kind: Kind
    package let start: MonotonicInstant
    package var end: MonotonicInstant
}

/// A POST under way whose trace is recorded.
package struct TracedAttempt: Equatable, Sendable {
    let context: TraceContext
    let parent: UInt64
    let resends: Int
    /// Of its first part, where it has several.
    let start: MonotonicInstant
}
