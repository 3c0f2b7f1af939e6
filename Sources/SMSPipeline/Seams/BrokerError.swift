internal import Requests

/// What went wrong on Kafka's side, as far as decisions need it. `description` is harmless: it names topics and addresses, never a value.
package struct BrokerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What to do about it.
    package enum Kind: Equatable, Sendable {
        /// The same call again.
        case retriable
        /// Abort the transaction; the same operations may be tried again.
        case abortable
        /// Another producer has this one's name, or its transaction has timed out: handles are of no use any more.
        case fenced
        /// A living rival has this member's `group.instance.id`.
        case fencedInstance
        /// The group has gone on without this member's generation.
        case membership
        /// The handle is of no use any more.
        case fatal
        case other
    }

    /// What the group's coordinator refuses for good, until somebody changes a setting or a right.
    package enum GroupRefusal: Equatable, Sendable {
        /// This worker has no right on the group.
        case rights
        /// Its session timeout is none that the broker allows.
        case sessionTimeout
    }

    package var kind: Kind
    /// The code's own name, as `_TIMED_OUT`.
    package var name: String
    package var description: String
    /// Brokers are slow, away or busy with themselves: what explains that a transaction times out.
    package var isBrokerTrouble = false
    /// The offset asked for is no longer, or not yet, in the log.
    package var isOffsetLost = false
    package var areAllBrokersDown = false
    /// The log has bytes that are no records, or not those that were written.
    package var isDamagedLog = false
    package var isMissingTopic = false
    /// The transaction is in another state than its producer's: a late request has ended it.
    package var isTransactionState = false
    package var groupRefusal: GroupRefusal?
    /// The client library's own number, for who tells it to a person; no decision reads it.
    package var code: Int32 = 0

    package init(_ kind: Kind, name: String, description: String? = nil) {
        self.kind = kind
        self.name = name
        self.description = description ?? name
    }
}
