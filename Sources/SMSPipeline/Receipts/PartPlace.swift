package import Requests

/// Where a part stands that the centre gave an id.
package struct PartPlace: Hashable, Sendable {
    package let partition: PartitionKey
    package let request: RequestHash
    package let part: Int
    /// The number of the next receipt when the first intent of its request was made: those before it are other messages'.
    package let from: Int64
    /// Hash of its recipient.
    package let address: UInt16

    package init(partition: PartitionKey, request: RequestHash, part: Int, from: Int64, address: UInt16) {
        self.partition = partition
        self.request = request
        self.part = part
        self.from = from
        self.address = address
    }
}
