/// How a call ended.
package enum Reply: Equatable, Sendable {
    case send(SendOutcome)
    case bulk(BulkOutcome)
    /// The status as the provider wrote it; the list is open.
    case status(QueryOutcome<String>)
    case balance(QueryOutcome<Balance>)
    case senders(QueryOutcome<[Sender]>)
    case senderAdded(ChangeOutcome)
    case templates(QueryOutcome<[MessageTemplate]>)
}

/// The calls of the provider's API.
package enum ProviderRequest: Sendable {
    case send(SendMessage)
    case bulkSend(BulkMessage)
    case status(id: String)
    case balance
    case senders
    case addSender(name: String)
    case templates
}
