internal import Requests

/// The records and offsets of one transaction, as bytes: what travels from the loop to the committer.
///
/// One arena for all of it, so that a batch of a thousand records costs a handful of allocations; copies share it.
package struct TransactionContent: Sendable {
    package enum Destination: UInt8, Sendable { case ledger, status, deadLetter }

    /// Where a record's parts lie in the arena. A nil range is Kafka's null.
    package struct Record: Sendable {
        package let destination: Destination
        /// Index into `owners`: whose operation this is.
        package let owner: Int32
        package let key: Range<Int>?
        package let value: Range<Int>?
        /// Header list as `HeaderList` lays it out; empty: no headers.
        package let headers: Range<Int>

        package init(destination: Destination, owner: Int32, key: Range<Int>?, value: Range<Int>?, headers: Range<Int>) {
            self.destination = destination
            self.owner = owner
            self.key = key
            self.value = value
            self.headers = headers
        }
    }

    /// One assignment that takes part.
    package struct Owner: Sendable {
        package let assignment: AssignmentID
        package let topic: String
        package let ledgerTopic: String
        package let partition: Int32
        /// The consumer offset that goes with this transaction.
        package var offset: Int64
        /// The highest offset of a request whose entry is in it; -1: none.
        package var highestEntry: Int64

        package init(
            assignment: AssignmentID, topic: String, ledgerTopic: String, partition: Int32, offset: Int64, highestEntry: Int64
        ) {
            self.assignment = assignment
            self.topic = topic
            self.ledgerTopic = ledgerTopic
            self.partition = partition
            self.offset = offset
            self.highestEntry = highestEntry
        }
    }

    package var bytes: [UInt8] = []
    package var records: [Record] = []
    package var owners: [Owner] = []

    package init() {}
}

/// Where events and dead letters go.
package struct TransactionTopics: Sendable {
    package let status: String
    package let deadLetter: String

    package init(status: String, deadLetter: String) {
        self.status = status
        self.deadLetter = deadLetter
    }
}
