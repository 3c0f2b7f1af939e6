internal import Requests

/// A topic of requests and the ledger that belongs to it.
package final class RequestTopic: Sendable {
    package let name: String
    package let ledgerName: String
    /// Its requests are priority ones unless they say otherwise.
    package let isPriority: Bool
    package let nameBytes: [UInt8]

    package init(name: String, ledgerName: String, isPriority: Bool) {
        self.name = name
        self.ledgerName = ledgerName
        self.isPriority = isPriority
        nameBytes = Array(name.utf8)
    }
}
