internal import EventLoop
internal import Logging
internal import Requests
internal import RocketSMS
internal import SMSPipeline
internal import Time

/// The provider seam over RocketSMS's HTTP API: statuses must be polled for.
final class RocketSMSGateway: ProviderGateway {
    private let client: RocketSMSClient
    private let log: Logger
    /// A wrong address answers thousands of times.
    private var frontNotices = OncePer<Int>(.seconds(300))
    var mayBegin: (UInt64) -> Bool = { _ in true }
    var receive: (GatewayEvent) -> Void = { _ in }
    let mustPoll = true

    init(_ client: RocketSMSClient, log: Logger = Logger(label: "worker")) {
        self.client = client
        self.log = log
        client.mayBegin = { [unowned self] tag in mayBegin(tag) }
        client.receive = { [unowned self] tag, reply in replied(tag, reply) }
    }

    func submit(_ message: Message, sendAt: Int64?, isPriority: Bool, trace: [UInt8]?, tag: UInt64) {
        var message = SendMessage(message, sendAt: sendAt, isPriority: isPriority)
        message.trace = trace
        client.send(message, tag: tag)
    }

    func poll(messageID: String, tag: UInt64) { client.status(id: messageID, tag: tag) }

    func askBalance() { client.balance(tag: 0) }

    func askSenders() { client.senders(tag: 0) }

    func askTemplates() { client.templates(tag: 0) }

    func use(_ credentials: RocketSMSCredentials) { client.use(credentials) }

    func close() { client.close() }

    private func replied(_ tag: UInt64, _ reply: Reply) {
        if case .send(.notSent(.front(let status), _)) = reply,
            let suppressed = frontNotices.admit(status, at: MonotonicInstant.now.nanoseconds)
        {
            log.warning(
                "a web server answered HTTP \(status), and not the provider: nothing was sent; is the address right?",
                metadata: [LogKeys.providerAddress: "\(client.address)", LogKeys.suppressed: "\(suppressed)"])
        }
        if let pause = GatewayEvent.pause(reply) { receive(pause) }
        if let event = GatewayEvent(reply, tag: tag) { receive(event) }
    }
}
