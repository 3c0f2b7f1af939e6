package import Requests

/// A part that the centre took, and that it said so of when the attempt was over as unknown. As long as the ledger does not say it, it is a fact
/// about the provider.
package struct LateAcceptance: Equatable, Sendable {
    package let partition: PartitionKey
    package let request: RequestHash
    /// Of the request's record: its id may be another's later.
    package let offset: Int64
    /// Of the attempt.
    package let mark: UInt64
    package let part: Int
    package let id: String

    package init(partition: PartitionKey, request: RequestHash, offset: Int64, mark: UInt64, part: Int, id: String) {
        self.partition = partition
        self.request = request
        self.offset = offset
        self.mark = mark
        self.part = part
        self.id = id
    }
}
