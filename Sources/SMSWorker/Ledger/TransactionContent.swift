/// The records and offsets of one transaction, as bytes: what travels from the loop to the committer.
///
/// One arena for all of it, so that a batch of a thousand records costs a handful of allocations; copies share it.
struct TransactionContent: Sendable {
    enum Destination: UInt8, Sendable { case ledger, status, deadLetter }

    /// Where a record's parts lie in the arena. A nil range is Kafka's null.
    struct Record: Sendable {
        let destination: Destination
        /// Index into `owners`: whose operation this is.
        let owner: Int32
        let key: Range<Int>?
        let value: Range<Int>?
        /// Header list as `HeaderList` lays it out; empty: no headers.
        let headers: Range<Int>
    }

    /// One assignment that takes part.
    struct Owner: Sendable {
        let assignment: AssignmentID
        let topic: String
        let ledgerTopic: String
        let partition: Int32
        /// The consumer offset that goes with this transaction.
        var offset: Int64
        /// The highest offset of a request whose entry is in it; -1: none.
        var highestEntry: Int64
    }

    var bytes: [UInt8] = []
    var records: [Record] = []
    var owners: [Owner] = []
}
