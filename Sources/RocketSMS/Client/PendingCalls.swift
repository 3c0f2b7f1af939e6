internal import EventLoop

/// The calls of a `RocketSMSAPI` and who waits for each. Made anywhere, then used on the loop only.
final class PendingCalls {
    private let client: RocketSMSClient
    private var waiting: [UInt64: (Reply) -> Void] = [:]
    private var lastTag: UInt64 = 0
    /// What the last answer's `Date` said.
    private(set) var lastDate: Int64?

    init(_ configuration: RocketSMSClient.Configuration, loop: EventLoop) throws(EventLoopError) {
        client = try RocketSMSClient(configuration, loop: loop)
        client.receive = { [unowned self] tag, reply in waiting.removeValue(forKey: tag)?(reply) }
        client.seeDate = { [unowned self] in lastDate = $0 }
    }

    func start(_ request: ProviderRequest, _ completion: @escaping (Reply) -> Void) {
        lastTag += 1
        waiting[lastTag] = completion
        switch request {
        case .send(let message): client.send(message, tag: lastTag)
        case .bulkSend(let message): client.bulkSend(message, tag: lastTag)
        case .status(let id): client.status(id: id, tag: lastTag)
        case .balance: client.balance(tag: lastTag)
        case .senders: client.senders(tag: lastTag)
        case .addSender(let name): client.addSender(name, tag: lastTag)
        case .templates: client.templates(tag: lastTag)
        }
    }

    func close() { client.close() }
}
