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
