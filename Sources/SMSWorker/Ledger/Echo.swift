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

/// What the provider is to send.
package struct Message: Equatable, Sendable {
    /// 8–15 digits.
    package let phone: [UInt8]
    /// UTF-8: the text, or the template's tag.
    package let text: [UInt8]
    package let isTemplate: Bool
    package let sender: [UInt8]?

    package init(phone: [UInt8], text: [UInt8], isTemplate: Bool, sender: [UInt8]?) {
        self.phone = phone
        self.text = text
        self.isTemplate = isTemplate
        self.sender = sender
    }
}

/// The provider's word that it took the message.
package struct Receipt: Equatable, Sendable {
    /// One, or one a part.
    package let messageIDs: [String]
    package let status: ReceivedStatus
    package let cost: Echo.Cost?

    package init(messageIDs: [String], status: ReceivedStatus, cost: Echo.Cost?) {
        self.messageIDs = messageIDs
        self.status = status
        self.cost = cost
    }
}

/// A status as the provider gave it. The list is open: an unfamiliar string is passed on, never an error.
package enum ReceivedStatus: Equatable, Sendable {
    case known(MessageStatus)
    case other(String)

    package init(_ string: String) {
        self = MessageStatus(name: string).map(ReceivedStatus.known) ?? .other(string)
    }
}
