/// A topic of requests and the ledger that belongs to it.
final class RequestTopic {
    let name: String
    let ledgerName: String
    /// Its requests are priority ones unless they say otherwise.
    let isPriority: Bool
    let nameBytes: [UInt8]

    init(name: String, ledgerName: String, isPriority: Bool) {
        self.name = name
        self.ledgerName = ledgerName
        self.isPriority = isPriority
        nameBytes = Array(name.utf8)
    }
}
