/// What every event of a request repeats: kept until the request is closed, in memory and in the ledger alike.
package struct Echo: Equatable, Sendable {
    /// Longest status string of the provider's that is passed on (bytes).
    package static let providerStatusLimit = 64
    /// Most provider ids of one message, and the longest of them (bytes).
    package static let messageIDLimit = 16
    package static let messageIDLength = 64
    /// Longest number literal of a cost that is passed on (bytes).
    package static let costLength = 32

    /// What the provider charged, as it wrote it: JSON number literals.
    package struct Cost: Equatable, Sendable {
        package var credits: [UInt8]
        package var money: [UInt8]

        package init(credits: [UInt8], money: [UInt8]) {
            self.credits = credits
            self.money = money
        }
    }

    /// The request's id, UTF-8.
    package var id: [UInt8]
    /// The record's key; nil where it is null or empty.
    package var key: [UInt8]?
    /// A JSON object, ready to be repeated; nil where there is none.
    package var metadata: [UInt8]?
    package var traceparent: [UInt8]?
    package var tracestate: [UInt8]?
    /// SMS parts that the text takes; 0 where nobody here knows it (a template).
    package var parts: UInt8 = 0
    package var messageIDs: [String] = []
    package var cost: Cost?
    /// The provider's status where it is none of the four; else empty.
    package var providerStatus: [UInt8] = []

    package init(id: [UInt8], key: [UInt8]?, metadata: [UInt8]?, traceparent: [UInt8]?, tracestate: [UInt8]?) {
        self.id = id
        self.key = key
        self.metadata = metadata
        self.traceparent = traceparent
        self.tracestate = tracestate
    }
}
