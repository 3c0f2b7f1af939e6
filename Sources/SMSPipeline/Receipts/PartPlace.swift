package import Requests

/// Where a part stands that the centre gave an id.
package struct PartPlace: Sendable {
    package let partition: PartitionKey
    package let request: RequestHash
    package let part: Int
    /// The number of the next receipt when the first intent of its request was made: those before it are other messages'. Below 0: that was in
    /// a log that is gone.
    package internal(set) var from: Int64
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

extension PartPlace: Hashable {
    /// Of the same part: from where its receipts are is no name.
    package static func == (a: Self, b: Self) -> Bool { a.part == b.part && a.request == b.request && a.partition == b.partition }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(part)
        hasher.combine(request)
    }
}
