internal import EventLoop
internal import Requests
internal import RocketSMS
internal import SMSPipeline
internal import Time

/// The provider seam over RocketSMS's HTTP API: statuses must be polled for.
final class RocketSMSGateway: ProviderGateway {
    private let client: RocketSMSClient
    var mayBegin: (UInt64) -> Bool = { _ in true }
    var receive: (GatewayEvent) -> Void = { _ in }
    let mustPoll = true

    init(_ client: RocketSMSClient) {
        self.client = client
        client.mayBegin = { [unowned self] tag in mayBegin(tag) }
        client.receive = { [unowned self] tag, reply in replied(tag, reply) }
    }

    func submit(_ message: Message, sendAt: Int64?, isPriority: Bool, tag: UInt64) {
        client.send(SendMessage(message, sendAt: sendAt, isPriority: isPriority), tag: tag)
    }

    func poll(messageID: String, tag: UInt64) { client.status(id: messageID, tag: tag) }

    func askBalance() { client.balance(tag: 0) }

    func close() { client.close() }

    private func replied(_ tag: UInt64, _ reply: Reply) {
        if let event = GatewayEvent(reply, tag: tag) { receive(event) }
    }
}
